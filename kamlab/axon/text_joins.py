"""Compile ``" ".join(parts)`` in a listing so that the parts may be bytes that understand text.

``str.join`` looks at the type of each part and refuses bytes of any class, so a listing that splits what a socket
delivers and joins it again would fail. Only the compiled code differs: the text of the listing stays as it is shown,
and a join of texts gives what it always gave.

Rejected: rewriting the text, as for Python 2, since such a line is right in Python 3 and its author would not know it
again; pieces of :class:`~kamlab.core.text_bytes.TextBytes` that are ``str``, which sockets and files refuse.

>>> import ast
>>> tree = TextJoins().visit(ast.parse("import Axon\\nlinks = ', '.join(names)"))
>>> print(ast.unparse(tree.body[1]))
links = __import__('kamlab.core.text_bytes').core.text_bytes.join_texts(', ', names)
"""

from __future__ import annotations

import ast
import sys
from typing import Any

from .missing_imports import ROOTS, modules_of

_JOIN = "__import__('kamlab.core.text_bytes').core.text_bytes.join_texts"


class TextJoins(ast.NodeTransformer):
    """Replaces the joins of a module that imports from Axon or Kamaelia, or is compiled where others have done so."""

    def visit_Module(self, tree: ast.Module) -> ast.Module:
        """Return the module, changed if it is of the old spelling."""
        is_old = any(root in sys.modules for root in ROOTS) or any(
            module.partition(".")[0] in ROOTS for node in ast.walk(tree) for module in modules_of(node)
        )
        if is_old:
            self.generic_visit(tree)
        return tree

    def visit_Call(self, call: ast.Call) -> Any:
        """Return a call, changed if it is a join by a literal text."""
        self.generic_visit(call)
        function = call.func
        if (
            isinstance(function, ast.Attribute)
            and function.attr == "join"
            and isinstance(function.value, ast.Constant)
            and isinstance(function.value.value, str)
            and len(call.args) == 1
            and not call.keywords
        ):
            call.args.insert(0, function.value)
            call.func = ast.parse(_JOIN, mode="eval").body
            for node in ast.walk(call.func):
                ast.copy_location(node, function)
        return call

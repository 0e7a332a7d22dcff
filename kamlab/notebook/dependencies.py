"""Packages that only a notebook needs: the extra ``lab`` brings them, and kamlab can be installed without it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from ..core.errors import NotInstalled


@contextlib.contextmanager
def needs(package: str, user: str) -> Iterator[None]:
    """Import a package within this block; where that fails, the error says what to install.

    Args:
        package: what is imported.
        user: what cannot do without it.

    Raises:
        NotInstalled: the package cannot be imported.

    >>> try:
    ...     with needs("no_such_package", "the example"):
    ...         import no_such_package
    ... except NotInstalled as error:
    ...     print(str(error).split(". ")[-1])
    Install it with: pip install "kamlab[lab]"
    """
    try:
        yield
    except ImportError as error:
        raise NotInstalled(
            f"{user} needs {package}, which cannot be imported here ({error}). "
            'Install it with: pip install "kamlab[lab]"'
        ) from error

"""How a question looks: as text, and as HTML that stays in a saved notebook.

Names and messages are written by :mod:`kamlab.views.quoting`, and escaped as all HTML is. There is no script and no
id, so the same question gives the same text.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...views.render import escape

_CHIP = "border:1px solid #8c959f;border-radius:3px;padding:1px 6px;margin:0 6px 4px 0;display:inline-block"


def heading(step: int, text: str) -> str:
    """Return what is asked, as HTML."""
    return f"<div>Step {step}. <b>{escape(text)}</b></div>"


def as_html(step: int, text: str, choices: Sequence[str], takes: str) -> str:
    """Return a question as HTML, with what there is to choose from."""
    if choices:
        below = "".join(f'<code style="{_CHIP}">{escape(each)}</code>' for each in choices)
    else:
        below = f"Answer with {escape(takes)}."
    return f'{heading(step, text)}<div style="margin-top:4px">{below}</div>'


def as_text(step: int, text: str, choices: Sequence[str], takes: str) -> str:
    """Return a question as lines of text.

    >>> print(as_text(4, "Who runs next?", ["Count_2", "Double_3"], "a name"))
    Step 4. Who runs next?
      Count_2
      Double_3
    >>> print(as_text(4, "How many?", [], "a number"))
    Step 4. How many?
      Answer with a number.
    """
    below = list(choices) or [f"Answer with {takes}."]
    return "\n  ".join([f"Step {step}. {text}", *below])

"""A notebook for where there is no kernel, as in slides: the still of each panel instead of the panel itself.

    jupyter nbconvert --to slides --SlidesExporter.preprocessors=kamlab.notebook.stills.OnlyStills lesson.ipynb

A panel leaves two outputs, a widget and after it a still. A page without a kernel has no use for the first: it is empty
there, or says that a model is missing.
"""

from __future__ import annotations

from typing import Any

from .dependencies import needs

with needs("nbconvert", "the conversion of notebooks"):
    from nbconvert.preprocessors import Preprocessor

WIDGET = "application/vnd.jupyter.widget-view+json"
#: What the text of a panel's widget is in a saved notebook.
PANEL = "kamlab panel"


class OnlyStills(Preprocessor):
    """Removes the widgets of kamlab's panels from a notebook, and the state that was saved for them."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return the notebook without them."""
        nb.metadata.pop("widgets", None)
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs = [output for output in cell.outputs if not _is_panel(output)]
        return nb, resources


def _is_panel(output: Any) -> bool:
    data = output.get("data", {})
    return WIDGET in data and "".join(data.get("text/plain", "")).strip() == PANEL

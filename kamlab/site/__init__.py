"""``kamlab site``: a static site in which a class runs the notebooks without installing anything.

JupyterLite is JupyterLab in a page; Pyodide is Python in it. The site has both, kamlab as it is installed here, and the
notebooks. It is a folder of files: any web server can publish it, GitHub Pages for one.
"""

from __future__ import annotations

from .build import MARK, build_site
from .errors import SiteError
from .serve import make_server

__all__ = ["MARK", "SiteError", "build_site", "make_server"]

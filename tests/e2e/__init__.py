"""A real JupyterLab and a real Notebook 7, looked at and clicked by a real Chromium.

This folder is a package, so that its files share one server of each kind and one browser, and give
them back before the tests of the next folder begin: a browser that is open holds an event loop.
"""

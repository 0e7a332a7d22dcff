"""Pages that say what went wrong."""

from __future__ import annotations

from html import escape
from http import HTTPStatus
from typing import Any

from kamlab.parts import OneShot

__all__ = ["error_page", "error_page_handler"]


def error_page(statuscode: int, message: str = "") -> dict[str, Any]:
    """Return a response with a page for a status code.

    Args:
        statuscode: the code, such as 404.
        message: what to say on the page; it is text, not HTML.

    >>> page = error_page(404, "no <hello> here")
    >>> page["statuscode"], "no &lt;hello&gt; here" in page["data"]
    (404, True)
    """
    try:
        title = f"{statuscode} {HTTPStatus(int(statuscode)).phrase}"
    except ValueError:
        title = escape(str(statuscode))
    return {
        "statuscode": statuscode,
        "content-type": "text/html",
        "data": f"<!DOCTYPE html>\n<title>{title}</title>\n<h1>{title}</h1>\n<p>{escape(message)}</p>\n",
        "complete": True,
    }


def error_page_handler(statuscode: int, message: str = "") -> OneShot:
    """Return a handler that answers with :func:`error_page`.

    >>> type(error_page_handler(404)).__name__
    'OneShot'
    """
    return OneShot(error_page(statuscode, message))

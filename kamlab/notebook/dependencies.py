"""Optional dependencies: packages that only a notebook needs, which the extra ``lab`` installs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from ..core.errors import NotInstalled


@contextlib.contextmanager
def needs(package: str, user: str, install: str = '"kamlab[lab]"') -> Iterator[None]:
    """Import a package within this block; if that fails, the error says what to install.

    Args:
        package: the package.
        user: the feature that needs it, in words.
        install: what pip is to install.

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
            f"{user} needs {package}, which cannot be imported here ({error}). Install it with: pip install {install}"
        ) from error

"""kamlab as a wheel, made from the installed package: a page installs what the teacher has, published or not."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from pathlib import Path

from .. import __version__

PACKAGE = Path(__file__).resolve().parent.parent
#: What a page does not need.
_LEFT_OUT = ("__pycache__", "_notebooks")

_METADATA = f"Metadata-Version: 2.1\nName: kamlab\nVersion: {__version__}\n"
_WHEEL = "Wheel-Version: 1.0\nGenerator: kamlab\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def write_wheel(folder: Path) -> Path:
    """Write the wheel into a folder and return its path. The same package makes the same bytes."""
    info = f"kamlab-{__version__}.dist-info"
    contents = {
        f"kamlab/{path.relative_to(PACKAGE).as_posix()}": path.read_bytes()
        for path in sorted(PACKAGE.rglob("*"))
        if path.is_file() and not set(_LEFT_OUT) & set(path.relative_to(PACKAGE).parts)
    }
    contents |= {f"{info}/METADATA": _METADATA.encode(), f"{info}/WHEEL": _WHEEL.encode()}
    lines = [f"{name},sha256={_digest(data)},{len(data)}" for name, data in contents.items()]
    contents[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,", ""]).encode()
    target = folder / f"kamlab-{__version__}-py3-none-any.whl"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, data in contents.items():
            wheel.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return target


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()

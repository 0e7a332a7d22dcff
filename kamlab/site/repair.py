"""Repair Pyodide 314.0.7, in which looking for garbage ends the process while calls are suspended.

Python's collector walks the frames of every thread state, and those of a suspended call are not where they were. While
a call is suspended, its thread state must name no frame: Pyodide does that in later releases (its issue 6464, its
change 6466). This changes the two functions that suspend and resume in the same way, in that release only.
"""

from __future__ import annotations

import json
from pathlib import Path

VERSION = "314.0.7"
#: Where a thread state of that release keeps its current frame, in bytes.
CURRENT_FRAME = 52

_SAVE = "if(threadState===0){return Module.error}const stackState=new StackState;return{threadState,stackState,"
_RESTORE = "state.stackState.restore();_restoreThreadState(state.threadState);"
_FRAME = f"HEAPU32[threadState+{CURRENT_FRAME}>>>2]"
_HIDE = f"const frame={_FRAME};{_FRAME}=0;"
_SHOW = f"state.stackState.restore();{{const {{threadState,frame}}=state;{_FRAME}=frame}}"


def repair(pyodide: Path) -> bool:
    """Repair a folder with Pyodide in it; return whether that was needed.

    Raises:
        ValueError: it is that release, but not as it was published.
    """
    if json.loads((pyodide / "package.json").read_text(encoding="utf-8"))["version"] != VERSION:
        return False
    file = pyodide / "pyodide.asm.mjs"
    code = file.read_text(encoding="utf-8")
    if _HIDE in code:
        return False
    if code.count(_SAVE) != 1 or code.count(_RESTORE) != 1:
        raise ValueError(f"{file} is not that of Pyodide {VERSION}")
    code = code.replace(_SAVE, _SAVE.replace("const stackState", f"{_HIDE}const stackState") + "frame,")
    code = code.replace(_RESTORE, f"{_SHOW}_restoreThreadState(state.threadState);")
    file.write_text(code, encoding="utf-8")
    return True

"""A wrong name in an import is told at the user's line, without the frames of the finder."""

from __future__ import annotations

import traceback

import pytest

import kamlab.axon
from kamlab.core.tracebacks import is_kamlab

IMPORTS = {
    "a name": ("from Kamaelia.Util.Console import ConsolEchoer", "does not offer 'ConsolEchoer'"),
    "a module": ("import Kamaelia.Util.Consol", "does not offer a module Kamaelia.Util.Consol"),
    "a native name": ("from Axon.Component import Component", "does not offer 'Component'"),
    "an attribute": ("import Axon.Component; Axon.Component.Component", "does not offer 'Component'"),
}


@pytest.mark.parametrize(("source", "words"), IMPORTS.values(), ids=IMPORTS)
def test_a_wrong_name_is_told_at_the_users_line(source, words):
    """No frame of kamlab is shown."""
    kamlab.axon.install()
    with pytest.raises((ImportError, AttributeError), match=words) as caught:
        exec(compile(source, "script.py", "exec"), {})
    entries = traceback.extract_tb(caught.value.__traceback__)
    assert entries[-1].filename == "script.py"
    assert not [entry for entry in entries if is_kamlab(entry.filename, "")]

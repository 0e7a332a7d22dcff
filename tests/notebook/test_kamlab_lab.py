"""The kernels of ``kamlab lab``: the extension is loaded before the first cell."""

from __future__ import annotations

from typing import Any


def test_a_listing_runs_in_the_first_cell(fresh: Any, listing: Any) -> None:
    """A listing pasted into a fresh notebook needs no %load_ext, and its panel is under the cell."""
    fresh.run("lab.ports[1500] = 0")
    result = fresh.run(listing("time_server"))
    assert (result.error, result.stderr) == ("", "")
    assert len(result.displayed) == 2
    assert fresh.value("lab.state") == "running"


def test_load_ext_in_its_notebook_changes_nothing(fresh: Any) -> None:
    """The first %load_ext is silent, the second is answered by IPython, and what runs goes on."""
    fresh.run("before = lab, lab.state, get_ipython().magics_manager.magics['cell']['kamlab']")
    assert fresh.run("%load_ext kamlab").stdout == ""
    again = fresh.run("%load_ext kamlab")
    assert (again.error, again.stderr) == ("", "")
    assert fresh.value("before == (lab, lab.state, get_ipython().magics_manager.magics['cell']['kamlab'])") is True


def test_unload_ext_undoes_it(fresh: Any) -> None:
    """Once it was named by %load_ext, %unload_ext takes it out."""
    fresh.run("%load_ext kamlab")
    assert "is stopped at step" in fresh.run("%unload_ext kamlab").stdout
    assert "ModuleNotFoundError" in fresh.run("import Axon").error
    assert not fresh.run("%load_ext kamlab\nimport Axon").error

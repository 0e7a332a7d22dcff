"""install() and uninstall(): what is importable, what is refused, and what is said about the rest."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import pytest

import kamlab.axon
from kamlab.axon.serving import serve
from kamlab.axon.table import BASES, KAMAELIA, MODULES, PACKAGES
from kamlab.core.errors import KamlabError
from kamlab.core.microprocess import Microprocess

HEAD = "import kamlab.axon; kamlab.axon.install()\n"
ALL_NAMES = [(path, name) for path, names in MODULES.items() for name in names]


# -- what is offered ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "name"), ALL_NAMES, ids=lambda value: value)
def test_every_name_of_the_table_is_there(path: str, name: str) -> None:
    """Every name in the table can be had from its old path."""
    thing = getattr(importlib.import_module(path), name)
    assert thing is serve(path, name)
    if isinstance(thing, type) and issubclass(thing, Microprocess):
        assert thing.__module__ in MODULES, "components show an old path in their names"
        assert thing.__doc__, "what is served says what it is"


def test_every_path_imports_in_a_fresh_interpreter(python: Any) -> None:
    """Two lines suffice: after install(), every path and name can be imported, each on its own."""
    code = HEAD + "\n".join(f"from {path} import {', '.join(names)}" for path, names in MODULES.items())
    assert python(code) == ""


def test_the_modules_of_the_fact_sheet_are_offered() -> None:
    """Every module that the fact sheet names in section 1 is offered."""
    named = """
        Axon Axon.Microprocess Axon.Component Axon.AxonExceptions Axon.Scheduler Axon.ThreadedComponent
        Axon.AdaptiveCommsComponent Axon.CoordinatingAssistantTracker Axon.Handle Axon.background Axon.Introspector
        Axon.Ipc Axon.Box Axon.Linkage Axon.Postoffice Axon.STM Axon.util Axon.idGen Axon.debug Axon.Base
        Kamaelia Kamaelia.IPC Kamaelia.Chassis.Pipeline Kamaelia.Chassis.Graphline Kamaelia.Chassis.Carousel
        Kamaelia.Chassis.Seq Kamaelia.Chassis.PAR Kamaelia.Chassis.Prefab Kamaelia.Chassis.ConnectedServer
        Kamaelia.Util.Backplane Kamaelia.Util.Splitter Kamaelia.Util.PassThrough Kamaelia.Util.Console
        Kamaelia.Util.PureTransformer Kamaelia.Util.DataSource Kamaelia.Util.OneShot Kamaelia.Util.Chooser
        Kamaelia.Util.Filter Kamaelia.Util.Collate Kamaelia.Util.NullSink Kamaelia.Util.TwoWaySplitter
        Kamaelia.Util.Fanout Kamaelia.Util.RateFilter Kamaelia.Util.LossyConnector Kamaelia.Util.Introspector
        Kamaelia.File.Writing Kamaelia.File.Reading Kamaelia.File.ReadFileAdaptor
        Kamaelia.Internet.TCPClient Kamaelia.Internet.TCPServer Kamaelia.Internet.ConnectedSocketAdapter
        Kamaelia.Internet.Selector Kamaelia.Protocol.EchoProtocol
        Kamaelia.Visualisation.PhysicsGraph.chunks_to_lines
    """
    assert {path for path in named.split() if path not in {*MODULES, *PACKAGES}} == set()


def test_base_classes_in_the_table_exist() -> None:
    """The table of base classes names classes that exist, on both sides."""
    for native, served in BASES.items():
        for target in (native, served):
            module, _, name = target.partition(":")
            assert isinstance(getattr(importlib.import_module(module), name), type)


@pytest.mark.parametrize(
    "code",
    [
        "import Axon; Axon.Component.component",
        "import Axon; Axon.Ipc.producerFinished; Axon.Scheduler.scheduler.run; Axon.ThreadedComponent",
        "import Axon.Component; Axon.Component.component",
        "import Axon as _Axon; component = _Axon.Component.component",
        "from Axon import Component, Ipc; Component.component; Ipc.ipc",
        "from Axon.Component import component",
        "from Axon.Component import component, producerFinished, scheduler",
        "import Kamaelia.Util.Backplane as B; B.Backplane",
        "import Kamaelia.File.ReadFileAdaptor; Kamaelia.File.ReadFileAdaptor.ReadFileAdaptor",
        "import Kamaelia; Kamaelia.Chassis.Pipeline.Pipeline",
        "from Kamaelia.Chassis import Pipeline; Pipeline.Pipeline",
        "from Kamaelia.Util.Console import *; ConsoleReader, ConsoleEchoer",
        "from Axon.Ipc import *; producerFinished()",
        "from Kamaelia.Util.PipelineComponent import pipeline; from Kamaelia.Util.Graphline import Graphline",
        "from Kamaelia.SimpleServerComponent import SimpleServer",
    ],
)
def test_ways_to_import(code: str) -> None:
    """All the ways that listings import things work."""
    exec(code, {})


def test_modules_describe_themselves() -> None:
    """dir(), __all__ and the docstring of a module say what it offers."""
    module = importlib.import_module("Kamaelia.Util.Console")
    assert module.__all__ == ["ConsoleReader", "ConsoleEchoer"]
    assert {"ConsoleReader", "ConsoleEchoer"} <= set(dir(module))
    assert "served by kamlab: ConsoleReader and ConsoleEchoer" in (module.__doc__ or "")
    assert "Component" in dir(importlib.import_module("Axon"))


def test_importing_axon_brings_in_no_network(python: Any) -> None:
    """Old modules are lazy: Axon.Component loads neither network nor chassis nor parts."""
    code = HEAD + (
        "import Axon, sys\nfrom Axon.Component import component\nfrom Axon.Scheduler import scheduler\n"
        "print(sorted(name for name in sys.modules if name.startswith(('kamlab.net', 'kamlab.parts', 'kamlab.chassis'))"
        " or name in ('socket', 'selectors', 'asyncio')))"
    )
    assert python(code) == "[]\n"


def test_kamlab_alone_makes_nothing_importable(python: Any) -> None:
    """Without install() there is no Axon, unless the real one is there."""
    code = "import kamlab.axon, importlib.util\nprint(importlib.util.find_spec('Axon'), kamlab.axon.installed())"
    assert python(code) == "None False\n"


# -- twice, and off again ------------------------------------------------------------------------------


def test_installing_twice_is_once(python: Any) -> None:
    """install() may be called as often as one likes."""
    code = HEAD + (
        "from Axon.Component import component\n"
        "kamlab.axon.install(); kamlab.axon.install()\n"
        "from Axon import Component\nimport sys\n"
        "print(Component.component is component, sys.meta_path.count(kamlab.axon.finder.FINDER))"
    )
    assert python(code) == "True 1\n"


def test_uninstall_takes_the_names_away(python: Any) -> None:
    """After uninstall() nothing of the old names is left to import; twice is no error."""
    code = HEAD + (
        "import Kamaelia.Util.Backplane\n"
        "kamlab.axon.uninstall(); kamlab.axon.uninstall()\n"
        "import sys\n"
        "print(kamlab.axon.installed(), [name for name in sys.modules if name.split('.')[0] in ('Axon', 'Kamaelia')])\n"
        "try:\n    import Axon\nexcept ModuleNotFoundError as error:\n    print(error)"
    )
    assert python(code) == "False []\nNo module named 'Axon'\n"


def test_classes_survive_uninstall_and_install(python: Any) -> None:
    """The same classes are served after a new install(), so components of before and after go together."""
    code = HEAD + (
        "from Axon.Component import component\nfrom Kamaelia.Chassis.Pipeline import Pipeline\n"
        "kamlab.axon.uninstall(); kamlab.axon.install()\n"
        "import Axon.Component, Kamaelia.Chassis.Pipeline\n"
        "print(Axon.Component.component is component, Kamaelia.Chassis.Pipeline.Pipeline is Pipeline)"
    )
    assert python(code) == "True True\n"


# -- the real packages ---------------------------------------------------------------------------------

FAKE = (
    "import os, sys\n"
    "for name in ('Axon', 'Kamaelia'):\n"
    "    os.makedirs(name)\n"
    "    open(f'{name}/__init__.py', 'w').close()\n"
    "    open(f'{name}/Component.py', 'w').write('component = 1')\n"
    "sys.path.insert(0, os.getcwd())\n"
)


@pytest.mark.parametrize("real", ["Axon", "Kamaelia", "Axon.Component"])
def test_refuses_where_the_real_packages_are_imported(python: Any, real: str) -> None:
    """Where the real Axon or Kamaelia is imported already, install() raises an error that says what to do."""
    code = FAKE + (
        f"import {real}\nimport kamlab.axon\n"
        "try:\n    kamlab.axon.install()\n"
        "except kamlab.axon.RealPackagesImported as error:\n    print(error)\n"
        "print(kamlab.axon.installed())"
    )
    said = python(code)
    root = real.partition(".")[0]
    assert f"already: {root} (" in said
    assert f"{root}/__init__.py" in said
    assert "restart the kernel" in said
    assert said.endswith("False\n")


def test_the_error_is_one_of_ours_and_an_importerror() -> None:
    """RealPackagesImported can be caught as a KamlabError and as an ImportError."""
    assert issubclass(kamlab.axon.RealPackagesImported, (KamlabError, ImportError))


def test_comes_first_where_the_real_packages_are_only_installed(python: Any) -> None:
    """Where the real packages are on the path but not imported, kamlab's are served."""
    assert python(FAKE + HEAD + "from Axon.Component import component\nprint(component.__name__)") == "component\n"


# -- what is not offered -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (
            "import Kamaelia.UI.Pygame.Button",
            r"module Kamaelia\.UI: kamlab draws nothing .* by a Handle\. To see .*lab\.graph\(\).*Introspector",
        ),
        ("import Kamaelia.Codec.Vorbis", r"Kamaelia\.Codec: .* no codecs"),
        ("import Kamaelia.Visualisation.PhysicsGraph.TopologyViewer", r"TopologyViewer: .*lab\.graph\(\)"),
        ("import Kamaelia.Nothing", r"Kamaelia\.Nothing\. Kamaelia offers the modules Apps, Chassis, .*table"),
        ("import Kamaelia.Util.Pipelines", r"Did you mean Kamaelia\.Util\.Pipeline or"),
        ("import Kamaelia.Backplane", r"Did you mean Kamaelia\.Util\.Backplane\?"),
        ("import Axon.component", r"Did you mean Axon\.Component"),
        ("import Kamaelia.TCPClient", r"Kamaelia\.Internet\.TCPClient"),
        ("import Kamaelia.component", r"There is a component in Axon\.Component\."),
    ],
)
def test_unknown_modules_say_what_there_is(code: str, says: str) -> None:
    """A module that is not offered gives ModuleNotFoundError with near matches, or with what its package offers."""
    with pytest.raises(ModuleNotFoundError, match=says) as caught:
        exec(code, {})
    assert caught.value.name is not None


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (
            "from Kamaelia.Util.Backplane import Foo",
            r"offer 'Foo' in Kamaelia\.Util\.Backplane; it offers Backplane, Pub",
        ),
        ("from Kamaelia.Util.Backplane import Pipeline", r"There is a Pipeline in Kamaelia\.Chassis\.Pipeline"),
        ("from Kamaelia import UI", r"not offer Kamaelia\.UI: .*pygame"),
        ("from Kamaelia.Util import TCPClient", r"There is a TCPClient in Kamaelia\.Internet\.TCPClient"),
        ("from Axon import Frobnicate", r"not offer 'Frobnicate' in Axon; it offers .* the modules AdaptiveComms"),
    ],
)
def test_unknown_names_say_what_there_is(code: str, says: str) -> None:
    """from module import name of what is not offered gives ImportError with what the module offers."""
    with pytest.raises(ImportError, match=says):
        exec(code, {})


def test_unknown_attributes_are_attribute_errors() -> None:
    """An attribute that is not there is an AttributeError, so hasattr() and getattr() work as ever."""
    module = importlib.import_module("Kamaelia.Util.Backplane")
    assert not hasattr(module, "Foo")
    assert not hasattr(module, "__wrapped__")
    assert getattr(module, "Foo", None) is None
    with pytest.raises(AttributeError, match="it offers Backplane"):
        _ = module.Foo


def test_other_imports_are_left_alone() -> None:
    """Modules of other packages are none of its business."""
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'Axonometry'$"):
        importlib.import_module("Axonometry")


# -- the working directory -----------------------------------------------------------------------------


def test_nothing_is_read_from_the_working_directory(python: Any) -> None:
    """No file of the working directory is opened, whatever is imported and activated."""
    code = (
        "import os, sys\n"
        "open('debug.conf', 'w').write('not a configuration')\n"
        "here, opened = os.getcwd(), []\n"
        "def watch(event, args):\n"
        "    if event == 'open' and os.path.abspath(str(args[0])).startswith(here):\n"
        "        opened.append(args[0])\n"
        "sys.addaudithook(watch)\n"
        + HEAD
        + "\n".join(f"import {path}" for path in MODULES)
        + "\nAxon.Component.component().debugger.useConfig()\nAxon.Component.component().run()\nprint(opened)"
    )
    assert python(code) == "[]\n"


def test_the_table_is_complete_in_itself() -> None:
    """Nothing is offered under Kamaelia that cannot be loaded, and every module offers something."""
    for path, names in KAMAELIA.items():
        assert names, path
    assert "kamlab.axon" in sys.modules

"""The names that are offered under the old paths, and the native objects that are served for them.

An entry names a native object as ``"module:name"``, and maps the keywords and methods that have other names here.
Component classes get their camelCase methods when they are served (:mod:`kamlab.axon.serving`); everything else is
served unchanged. If an object is listed under several paths, its components show the first one in their names; the
later ones are paths that Kamaelia has deprecated and cookbook pages still use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Old:
    """The native object served for a name, and pairs of old and new names of its keywords and methods.

    ``attributes`` are set on the class that is served; each is a pair of a name and an object, named as the target is.
    """

    target: str
    keywords: tuple[tuple[str, str], ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()


def old(
    target: str,
    keywords: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    attributes: Mapping[str, str] | None = None,
) -> Old:
    """Make an entry for an object that differs from the native one in more than its name."""
    return Old(target, *(tuple((pairs or {}).items()) for pairs in (keywords, names, attributes)))


def under(module: str, *names: str, **renamed: str) -> dict[str, Old]:
    """Make entries for names that are the same here, and for renamed ones: ``Old="New"``."""
    return {name: Old(f"{module}:{renamed.get(name, name)}") for name in (*names, *renamed)}


IPC = under(
    "kamlab.core.ipc",
    "WaitComplete",
    ipc="Ipc",
    producerFinished="ProducerFinished",
    shutdownMicroprocess="ShutdownMicroprocess",
    shutdown="Shutdown",
    newComponent="NewComponent",
    reactivate="Reactivate",
    notify="Notify",
    status="Status",
    wouldblock="WouldBlock",
    errorInformation="ErrorInformation",
)

SOCKET_IPC = under(
    "kamlab.net.ipc",
    socketShutdown="SocketShutdown",
    serverShutdown="ServerShutdown",
    newCSA="NewCSA",
    shutdownCSA="ShutdownCSA",
    newReader="NewReader",
    newWriter="NewWriter",
    newExceptional="NewExceptional",
    removeReader="RemoveReader",
    removeWriter="RemoveWriter",
    removeExceptional="RemoveExceptional",
)

# What modules of Axon import from each other, and so offer to ``from Axon.Component import *``.
BASE = under("kamlab.axon.util", "AxonObject", "AxonType")
BOXES = under("kamlab.axon.boxes", "makeInbox", "makeOutbox")
COMPONENT = under("kamlab.axon.component", "component")
DEBUG = under("kamlab.axon.debug", "debug")
ID = under("kamlab.axon.util", "numId", "removeAll", "strId")
LINKAGE = under("kamlab.axon.postoffice", "linkage")
MICROPROCESS = under("kamlab.axon.microprocess", "microprocess")
POSTOFFICE = under("kamlab.axon.postoffice", "postoffice")
SCHEDULER = under("kamlab.axon.scheduler", "scheduler")
SYS, TIME = {"sys": Old("sys:")}, {"time": Old("time:")}
TUPLE_ID = under("kamlab.axon.util", "tupleId")
NO_SPACE = under("kamlab.core.errors", noSpaceInBox="NoSpaceInBox")
ALREADY_LINKED = under("kamlab.core.errors", BoxAlreadyLinkedToDestination="BoxAlreadyLinked")
#: Both names that each of the two had.
LIKE_FILE = {
    **under("kamlab.axon.like_file", "likefile", LikeFile="likefile"),
    **under("kamlab.axon.background", "background", schedulerThread="background"),
}

AXON: dict[str, dict[str, Old]] = {
    "Axon": BASE,
    "Axon.Base": BASE,
    "Axon.Ipc": IPC,
    "Axon.AxonExceptions": {
        **under(
            "kamlab.core.errors",
            "AccessToUndeclaredTrackedVariable",
            "BadComponent",
            "BadInbox",
            "BadParentTracker",
            "MultipleServiceDeletion",
            "NamespaceClash",
            "ServiceAlreadyExists",
            AxonException="KamlabError",
            noSpaceInBox="NoSpaceInBox",
            BoxAlreadyLinkedToDestination="BoxAlreadyLinked",
        ),
        **under("kamlab.axon.exceptions", "ArgumentsClash", "invalidComponentInterface", "normalShutdown"),
    },
    **dict.fromkeys(("Axon.LikeFile", "Axon.likefile", "Axon.experimental._pprocess_support"), LIKE_FILE),
    "Axon.debug": DEBUG,
    "Axon.idGen": under("kamlab.axon.util", "idGen", "newId", "numId", "strId", "tupleId"),
    "Axon.util": under(
        "kamlab.axon.util",
        "Finality",
        "axonRaise",
        "listSubset",
        "logError",
        "next",
        "production",
        "removeAll",
        "safeList",
        "testInterface",
        "vrange",
    )
    | SYS
    | under("kamlab.axon.exceptions", "invalidComponentInterface"),
    "Axon.Box": {
        **BOXES,
        **NO_SPACE,
        **ALREADY_LINKED,
        **under("kamlab.core.box", postbox="Box", realsink="Inbox", nullsink="Nowhere"),
    },
    "Axon.Linkage": {**LINKAGE, **BASE, **ID, **DEBUG},
    "Axon.Postoffice": {**POSTOFFICE, **LINKAGE, **ALREADY_LINKED, **ID, **DEBUG},
    "Axon.Microprocess": {**MICROPROCESS, **ID, **TUPLE_ID, **DEBUG},
    "Axon.Scheduler": {**SCHEDULER, **MICROPROCESS, **ID, **DEBUG, **IPC},
    "Axon.Component": {
        **COMPONENT,
        **MICROPROCESS,
        **SCHEDULER,
        **IPC,
        **POSTOFFICE,
        **LINKAGE,
        **BOXES,
        **NO_SPACE,
        **BASE,
        **ID,
        **DEBUG,
        **SYS,
        **TIME,
    },
    "Axon.AdaptiveCommsComponent": {
        **under("kamlab.axon.adaptive", "AdaptiveCommsComponent"),
        **COMPONENT,
        **BOXES,
    },
    "Axon.ThreadedComponent": under("kamlab.axon.threaded", "threadedcomponent", "threadedadaptivecommscomponent"),
    "Axon.CoordinatingAssistantTracker": under("kamlab.axon.tracker", "coordinatingassistanttracker"),
    "Axon.Handle": {"Handle": old("kamlab.handle:Handle", keywords={"someComponent": "component"})},
    "Axon.background": under("kamlab.axon.background", "background"),
    "Axon.Introspector": under("kamlab.axon.introspector", "Introspector"),
    "Axon.STM": under("kamlab.axon.stm", "BusyRetry", "Collection", "ConcurrentUpdate", "Store", "Value"),
}

CAROUSEL = {"componentFactory": "component_factory", "make1stRequest": "make1st_request"}
TICK = {"tick_mesg": "tick_message"}
PASS_THRU = {"pass_thru": "pass_through"}
PIPELINE = under("kamlab.chassis.pipeline", "Pipeline", pipeline="Pipeline")
GRAPHLINE = under("kamlab.chassis.graphline", "Graphline")
CHOICES = {
    "getCurrentChoice": "current_choice",
    "gotoNext": "goto_next",
    "gotoPrev": "goto_previous",
    "gotoFirst": "goto_first",
    "gotoLast": "goto_last",
}
#: What connections made under the old names deliver: bytes that understand text.
TEXT_BYTES = {"received_as": "kamlab.core.text_bytes:TextBytes"}


def of_a_socket(module: str, *names: str, **renamed: str) -> dict[str, Old]:
    """Make entries as :func:`under` does, for components that deliver what a socket receives."""
    names_here = {**dict.fromkeys(names), **renamed}
    return {name: old(f"{module}:{here or name}", attributes=TEXT_BYTES) for name, here in names_here.items()}


SERVERS = {
    name: old(f"kamlab.net.server:{name}", names={"mkProtocolHandler": "mk_protocol_handler"}, attributes=TEXT_BYTES)
    for name in ("ServerCore", "SimpleServer", "FastRestartServer", "MoreComplexServer")
}
READ_FILE = under("kamlab.parts.filerates", "ReadFileAdaptor")
ECHO = under("kamlab.axon.echo", "EchoProtocol")
HTTP_SUPPORT = {
    **under("kamlab.protocols.http.routing", HTTPProtocol="http_protocol", requestHandlers="request_handlers"),
    **under(
        "kamlab.protocols.http.translators",
        ReqTranslatorFactory="req_translator_factory",
        WSGILikeTranslator="wsgi_like_translator",
        ConvertHeaders="convert_headers",
        PopURI="pop_uri",
        PopWsgiURI="pop_wsgi_uri",
        PopKamaeliaURI="pop_kamaelia_uri",
        checkSlashes="check_slashes",
    ),
}
FILTER = under("kamlab.parts.passing", "Filter", FilterComponent="Filter")
SINGLE_SERVER = {
    **of_a_socket("kamlab.net.single_server", "FastRestartSingleServer", "SingleServer"),
    **under("kamlab.axon.echo", echo="EchoProtocol"),
}
UDP = of_a_socket("kamlab.net.udp", "PostboxPeer", "SimplePeer", "TargettedPeer")
NULL_SINK = under("kamlab.parts.passing", nullSinkComponent="NullSink")
IRC_FORMAT = {
    **under("kamlab.axon.irc_format", "informat", "outformat"),
    **under("kamlab.protocols.irc_format", channelInformat="channel_informat", channelOutformat="channel_outformat"),
}
IRC = {
    **under(
        "kamlab.protocols.irc",
        IRC_Client="IRCClient",
        SimpleIRCClientPrefab="simple_irc_client",
        SimpleUserClientPrefab="simple_user_client",
    ),
    **IRC_FORMAT,
}

KAMAELIA: dict[str, dict[str, Old]] = {
    "Kamaelia.Chassis.Pipeline": PIPELINE,
    "Kamaelia.Chassis.Graphline": GRAPHLINE,
    "Kamaelia.Chassis.Carousel": {"Carousel": old("kamlab.chassis.carousel:Carousel", keywords=CAROUSEL)},
    "Kamaelia.Chassis.Seq": under("kamlab.chassis.seq", "Seq"),
    "Kamaelia.Chassis.PAR": under("kamlab.chassis.par", PAR="Par"),
    "Kamaelia.Chassis.Prefab": under("kamlab.chassis.prefab", JoinChooserToCarousel="join_chooser_to_carousel"),
    "Kamaelia.Chassis.ConnectedServer": SERVERS,
    "Kamaelia.IPC": {**SOCKET_IPC, **IPC},
    "Kamaelia.Internet.TCPClient": of_a_socket("kamlab.net.client", "TCPClient"),
    "Kamaelia.Internet.TCPServer": of_a_socket("kamlab.net.server", "TCPServer"),
    "Kamaelia.Internet.ConnectedSocketAdapter": of_a_socket("kamlab.net.connection", "ConnectedSocketAdapter"),
    "Kamaelia.Internet.SingleServer": SINGLE_SERVER,
    "Kamaelia.Internet.Simulate.BrokenNetwork": under("kamlab.parts.unreliable", "Duplicate", "Reorder", "Throwaway"),
    "Kamaelia.Internet.UDP": UDP,
    "Kamaelia.Internet.UDP_ng": UDP,
    "Kamaelia.Internet.Multicast_transceiver": of_a_socket(
        "kamlab.net.multicast", Multicast_transceiver="MulticastTransceiver"
    ),
    "Kamaelia.Internet.Multicast_receiver": of_a_socket("kamlab.net.multicast", Multicast_receiver="MulticastReceiver"),
    "Kamaelia.Internet.Multicast_sender": of_a_socket("kamlab.net.multicast", Multicast_sender="MulticastSender"),
    "Kamaelia.Internet.Selector": {
        "Selector": old(
            "kamlab.net.selector:Selector",
            names={
                "getSelectorServices": "get_selector_services",
                "setSelectorServices": "set_selector_services",
            },
        )
    },
    "Kamaelia.Apps.SA.Chassis": {"TTL": old("kamlab.chassis.time_to_live:TimeToLive", keywords={"comp": "component"})},
    "Kamaelia.Apps.SA.DSL": {
        "DataSink": old("kamlab.parts.data_sink:DataSink", keywords={"outlist": "items"} | PASS_THRU, names=PASS_THRU)
    },
    "Kamaelia.Apps.SA.Time": {
        name: old(f"kamlab.parts.ticks:{name}", keywords=TICK, names=TICK) for name in ("PeriodicTick", "SingleTick")
    },
    "Kamaelia.Experimental.Chassis": {
        **under("kamlab.chassis.bounded", Pipeline="BoundedPipeline", Graphline="BoundedGraphline"),
        "Carousel": old("kamlab.chassis.bounded:BoundedCarousel", keywords=CAROUSEL),
        "InboxControlledCarousel": old("kamlab.chassis.bounded:InboxControlledCarousel", keywords=CAROUSEL),
    },
    "Kamaelia.Experimental.PythonInterpreter": under(
        "kamlab.parts.interpreter", "StandaloneInterpreter", InterpreterTransformer="Interpreter"
    ),
    "Kamaelia.Experimental.Services": {
        **under("kamlab.parts.services", "Subscribe", RegisterService="register_service"),
        "ToService": old("kamlab.parts.services:ToService", keywords={"toService": "servicename"}),
    },
    "Kamaelia.File.Append": under("kamlab.parts.files", "Append"),
    "Kamaelia.Protocol.EchoProtocol": ECHO,
    "Kamaelia.Protocol.Framing": {
        **under("kamlab.protocols.framing", "DataChunker", "DataDeChunker", "DeFramer", "Framer"),
        **under("kamlab.axon.framing", "CorruptFrame", "IncompleteChunk", "ShortFrame", "SimpleFrame"),
    },
    "Kamaelia.Protocol.Packetise": under("kamlab.protocols.packetise", "MaxSizePacketiser"),
    "Kamaelia.Protocol.SimpleReliableMulticast": {
        **under(
            "kamlab.protocols.reliable_multicast",
            "Annotator",
            "RecoverOrder",
            SRM_Receiver="SRMReceiver",
            SRM_Sender="SRMSender",
        ),
        # The page Pipelines imports these under the names by which Kamaelia's module imports them itself.
        **under(
            "kamlab.protocols.framing",
            _DataChunker="DataChunker",
            _DataDeChunker="DataDeChunker",
            _DeFramer="DeFramer",
            _Framer="Framer",
        ),
    },
    "Kamaelia.Protocol.IRC.IRCClient": IRC,
    "Kamaelia.Support.Protocol.IRC": IRC_FORMAT,
    "Kamaelia.Protocol.FortuneCookieProtocol": under("kamlab.protocols.fortune", "FortuneCookieProtocol"),
    "Kamaelia.Protocol.HTTP": HTTP_SUPPORT,
    "Kamaelia.Protocol.HTTP.HTTPServer": {
        "HTTPServer": old(
            "kamlab.protocols.http.server:HTTPServer", keywords={"createRequestHandler": "create_request_handler"}
        ),
        **under("kamlab.protocols.http.responses", MapStatusCodeToText="STATUS_TEXTS"),
    },
    "Kamaelia.Protocol.HTTP.HTTPParser": under(
        "kamlab.protocols.http.parser",
        "HTTPParser",
        "ParsedHTTPBodyChunk",
        "ParsedHTTPEnd",
        "ParsedHTTPHeader",
    )
    | under("kamlab.protocols.http.requests", splitUri="split_uri"),
    "Kamaelia.Protocol.HTTP.HTTPClient": {
        **under("kamlab.protocols.http.client", "ParsedHTTPRedirect", SimpleHTTPClient="TextHTTPClient"),
        **of_a_socket("kamlab.protocols.http.client", "SingleShotHTTPClient"),
    },
    "Kamaelia.Protocol.HTTP.HTTPHelpers": under("kamlab.protocols.http.client", "HTTPMakePostRequest"),
    "Kamaelia.Protocol.HTTP.ErrorPages": under(
        "kamlab.protocols.http.error_pages",
        getErrorPage="error_page",
        ErrorPageHandler="error_page_handler",
        websiteErrorPage="error_page_handler",
    ),
    "Kamaelia.Protocol.HTTP.HTTPResourceGlue": under(
        "kamlab.protocols.http.resource_glue",
        URLHandlers="url_handlers",
        createRequestHandler="create_request_handler",
    ),
    "Kamaelia.Protocol.HTTP.MimeTypes": under("kamlab.protocols.http.minimal", workoutMimeType="mime_type_of"),
    "Kamaelia.Protocol.HTTP.Handlers.Minimal": under(
        "kamlab.protocols.http.minimal", "Minimal", MinimalFactory="minimal_factory"
    ),
    "Kamaelia.Support.Protocol.HTTP": HTTP_SUPPORT,
    "Kamaelia.Util.Backplane": under(
        "kamlab.backplane",
        "Backplane",
        "PublishTo",
        "SubscribeTo",
        publishTo="PublishTo",
        subscribeTo="SubscribeTo",
    ),
    "Kamaelia.Util.Splitter": {
        **under("kamlab.parts.splitting", "Splitter"),
        **under("kamlab.parts.plug_splitter", "Plug"),
        "PlugSplitter": old(
            "kamlab.parts.plug_splitter:PlugSplitter", keywords={"sourceComponent": "source_component"}
        ),
        **under("kamlab.parts.outlets", addsink="AddSink", removesink="RemoveSink"),
    },
    "Kamaelia.Util.PassThrough": {
        name: old("kamlab.parts.passing:PassThrough", keywords={"shutdownOn": "shutdown_on"})
        for name in ("PassThrough", "passThrough")
    },
    "Kamaelia.Util.Console": under("kamlab.parts.console", "ConsoleReader", "ConsoleEchoer"),
    "Kamaelia.Util.PureTransformer": {
        "PureTransformer": old("kamlab.parts.transform:PureTransformer", names={"processMessage": "process_message"})
    },
    "Kamaelia.Util.Chargen": under("kamlab.parts.chargen", "Chargen"),
    "Kamaelia.Util.Detuple": under("kamlab.parts.detuple", "SimpleDetupler"),
    "Kamaelia.Util.DataSource": under("kamlab.parts.sources", "DataSource", "TriggeredSource"),
    "Kamaelia.Util.OneShot": under("kamlab.parts.sources", "OneShot", "TriggeredOneShot"),
    "Kamaelia.Util.Chooser": {
        "Chooser": old("kamlab.parts.choosers:Chooser", names=CHOICES),
        "ForwardIteratingChooser": old(
            "kamlab.parts.choosers:ForwardIteratingChooser",
            names={name: CHOICES[name] for name in ("getCurrentChoice", "gotoNext")},
        ),
    },
    "Kamaelia.Util.Filter": FILTER,
    "Kamaelia.Util.Collate": under("kamlab.parts.passing", "Collate"),
    "Kamaelia.Util.NullSink": NULL_SINK,
    "Kamaelia.Util.TwoWaySplitter": under("kamlab.parts.fanout", "TwoWaySplitter"),
    "Kamaelia.Util.Fanout": under("kamlab.parts.fanout", "Fanout", fanout="Fanout"),
    "Kamaelia.Util.RateFilter": under(
        "kamlab.parts.rates",
        "ByteRate_RequestControl",
        "MessageRateLimit",
        "OnDemandLimit",
        "VariableByteRate_RequestControl",
    ),
    "Kamaelia.Util.LossyConnector": under("kamlab.parts.lossy", "LossyConnector"),
    "Kamaelia.Util.UnseenOnly": under("kamlab.parts.unseen", "UnseenOnly"),
    "Kamaelia.Util.Introspector": under("kamlab.axon.introspector", "Introspector"),
    "Kamaelia.File.Writing": under("kamlab.parts.files", "SimpleFileWriter"),
    "Kamaelia.File.Reading": {
        **under("kamlab.parts.files", "PromptedFileReader", "SimpleReader"),
        **under(
            "kamlab.parts.filerates",
            "FixedRateControlledReusableFileReader",
            "RateControlledFileReader",
            "RateControlledReusableFileReader",
            "ReusableFileReader",
        ),
    },
    "Kamaelia.File.ReadFileAdaptor": READ_FILE,
    "Kamaelia.Visualisation.PhysicsGraph.chunks_to_lines": under("kamlab.parts.lines", chunks_to_lines="ChunksToLines"),
    # Deprecated by Kamaelia, and still in use.
    "Kamaelia.KamaeliaIPC": {**SOCKET_IPC, **IPC},
    "Kamaelia.ReadFileAdaptor": READ_FILE,
    "Kamaelia.SingleServer": {"SingleServer": SINGLE_SERVER["SingleServer"]},
    "Kamaelia.SimpleServerComponent": {"SimpleServer": SERVERS["SimpleServer"]},
    "Kamaelia.Protocol.EchoProtocolComponent": ECHO,
    "Kamaelia.Util.ConsoleEcho": under("kamlab.parts.console", consoleEchoer="ConsoleEchoer"),
    "Kamaelia.Util.FilterComponent": FILTER,
    "Kamaelia.Util.Graphline": GRAPHLINE,
    "Kamaelia.Util.NullSinkComponent": NULL_SINK,
    "Kamaelia.Util.Pipeline": PIPELINE,
    "Kamaelia.Util.PipelineComponent": PIPELINE,
}

#: What cookbook pages import from a file beside them; a file of that name takes precedence.
BESIDE: dict[str, dict[str, Old]] = {
    "IRCClient": IRC,
    "likefile": LIKE_FILE,
}

#: Everything that is offered: module path -> name -> entry.
MODULES: dict[str, dict[str, Old]] = {**AXON, **KAMAELIA, **BESIDE}

#: The packages that contain those modules.
PACKAGES: frozenset[str] = frozenset(
    ".".join(parts[:depth]) for parts in (path.split(".") for path in MODULES) for depth in range(1, len(parts))
)

#: Native base classes whose served class is written out.
BASES: dict[str, str] = {
    "kamlab.core.microprocess:Microprocess": "kamlab.axon.microprocess:microprocess",
    "kamlab.core.component:Component": "kamlab.axon.component:component",
    "kamlab.core.thread:ThreadedComponent": "kamlab.axon.threaded:threadedcomponent",
    "kamlab.core.adaptive:AdaptiveCommsComponent": "kamlab.axon.adaptive:AdaptiveCommsComponent",
    "kamlab.core.adaptive:ThreadedAdaptiveCommsComponent": "kamlab.axon.threaded:threadedadaptivecommscomponent",
}

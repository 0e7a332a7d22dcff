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
    """The native object served for a name, and pairs of old and new names of its keywords and methods."""

    target: str
    keywords: tuple[tuple[str, str], ...] = ()
    names: tuple[tuple[str, str], ...] = ()


def old(target: str, keywords: Mapping[str, str] | None = None, names: Mapping[str, str] | None = None) -> Old:
    """Make an entry for an object whose keywords or methods have other names here."""
    return Old(target, tuple((keywords or {}).items()), tuple((names or {}).items()))


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

AXON: dict[str, dict[str, Old]] = {
    "Axon": under("kamlab.axon.util", "AxonObject", "AxonType"),
    "Axon.Base": under("kamlab.axon.util", "AxonObject", "AxonType"),
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
    "Axon.Scheduler": under("kamlab.axon.scheduler", "scheduler"),
    "Axon.Microprocess": under("kamlab.axon.microprocess", "microprocess"),
    "Axon.Component": {
        **under("kamlab.axon.component", "component"),
        **under("kamlab.axon.scheduler", "scheduler"),
        **IPC,
    },
    "Axon.AdaptiveCommsComponent": under("kamlab.axon.adaptive", "AdaptiveCommsComponent"),
    "Axon.ThreadedComponent": under("kamlab.axon.threaded", "threadedcomponent", "threadedadaptivecommscomponent"),
    "Axon.CoordinatingAssistantTracker": under("kamlab.axon.tracker", "coordinatingassistanttracker"),
    "Axon.Handle": {"Handle": old("kamlab.handle:Handle", keywords={"someComponent": "component"})},
    "Axon.background": under("kamlab.axon.background", "background"),
    "Axon.Introspector": under("kamlab.axon.introspector", "Introspector"),
    "Axon.Linkage": under("kamlab.axon.postoffice", "linkage"),
    "Axon.Postoffice": under("kamlab.axon.postoffice", "postoffice"),
    "Axon.Box": {
        **under("kamlab.axon.boxes", "makeInbox", "makeOutbox"),
        **under("kamlab.core.box", postbox="Box", realsink="Inbox", nullsink="Nowhere"),
    },
    "Axon.STM": under("kamlab.axon.stm", "BusyRetry", "Collection", "ConcurrentUpdate", "Store", "Value"),
    "Axon.debug": under("kamlab.axon.debug", "debug"),
    "Axon.idGen": under("kamlab.axon.util", "idGen", "newId", "numId", "strId", "tupleId"),
    "Axon.util": under(
        "kamlab.axon.util",
        "Finality",
        "axonRaise",
        "listSubset",
        "logError",
        "next",
        "removeAll",
        "safeList",
        "testInterface",
    ),
}

CAROUSEL = {"componentFactory": "component_factory", "make1stRequest": "make1st_request"}
PIPELINE = under("kamlab.chassis.pipeline", "Pipeline", pipeline="Pipeline")
GRAPHLINE = under("kamlab.chassis.graphline", "Graphline")
SERVERS = {
    name: old(f"kamlab.net.server:{name}", names={"mkProtocolHandler": "mk_protocol_handler"})
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
NULL_SINK = under("kamlab.parts.passing", nullSinkComponent="NullSink")

KAMAELIA: dict[str, dict[str, Old]] = {
    "Kamaelia.Chassis.Pipeline": PIPELINE,
    "Kamaelia.Chassis.Graphline": GRAPHLINE,
    "Kamaelia.Chassis.Carousel": {"Carousel": old("kamlab.chassis.carousel:Carousel", keywords=CAROUSEL)},
    "Kamaelia.Chassis.Seq": under("kamlab.chassis.seq", "Seq"),
    "Kamaelia.Chassis.PAR": under("kamlab.chassis.par", PAR="Par"),
    "Kamaelia.Chassis.Prefab": under("kamlab.chassis.prefab", JoinChooserToCarousel="join_chooser_to_carousel"),
    "Kamaelia.Chassis.ConnectedServer": SERVERS,
    "Kamaelia.IPC": {**SOCKET_IPC, **IPC},
    "Kamaelia.Internet.TCPClient": under("kamlab.net.client", "TCPClient"),
    "Kamaelia.Internet.TCPServer": under("kamlab.net.server", "TCPServer"),
    "Kamaelia.Internet.ConnectedSocketAdapter": under("kamlab.net.connection", "ConnectedSocketAdapter"),
    "Kamaelia.Internet.Selector": {
        "Selector": old(
            "kamlab.net.selector:Selector",
            names={
                "getSelectorServices": "get_selector_services",
                "setSelectorServices": "set_selector_services",
            },
        )
    },
    "Kamaelia.Protocol.EchoProtocol": ECHO,
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
    "Kamaelia.Protocol.HTTP.HTTPClient": under(
        "kamlab.protocols.http.client",
        "ParsedHTTPRedirect",
        "SingleShotHTTPClient",
        SimpleHTTPClient="TextHTTPClient",
    ),
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
    "Kamaelia.Util.DataSource": under("kamlab.parts.sources", "DataSource", "TriggeredSource"),
    "Kamaelia.Util.OneShot": under("kamlab.parts.sources", "OneShot", "TriggeredOneShot"),
    "Kamaelia.Util.Chooser": under("kamlab.parts.choosers", "Chooser", "ForwardIteratingChooser"),
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
    "Kamaelia.SimpleServerComponent": {"SimpleServer": SERVERS["SimpleServer"]},
    "Kamaelia.Protocol.EchoProtocolComponent": ECHO,
    "Kamaelia.Util.ConsoleEcho": under("kamlab.parts.console", consoleEchoer="ConsoleEchoer"),
    "Kamaelia.Util.FilterComponent": FILTER,
    "Kamaelia.Util.Graphline": GRAPHLINE,
    "Kamaelia.Util.NullSinkComponent": NULL_SINK,
    "Kamaelia.Util.Pipeline": PIPELINE,
    "Kamaelia.Util.PipelineComponent": PIPELINE,
}

#: Everything that is offered: module path -> name -> entry.
MODULES: dict[str, dict[str, Old]] = {**AXON, **KAMAELIA}

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

"""Small components: lines, files, console, transformers, sources, choosers, splitters, rates, losses."""

from .choosers import Chooser, ForwardIteratingChooser, InfiniteChooser
from .console import ConsoleEchoer, ConsoleReader
from .data_sink import DataSink
from .fanout import Fanout, TwoWaySplitter
from .filerates import (
    FixedRateControlledReusableFileReader,
    RateControlledFileReader,
    RateControlledReusableFileReader,
    ReadFileAdaptor,
    ReusableFileReader,
)
from .files import Append, PromptedFileReader, SimpleFileWriter, SimpleReader
from .interpreter import Interpreter, StandaloneInterpreter
from .lines import ChunksToLines
from .lossy import LossyConnector
from .outlets import AddSink, RemoveSink, UnknownPolicy
from .passing import Collate, Filter, NullSink, PassThrough
from .plug_splitter import Plug, PlugSplitter
from .rates import ByteRate_RequestControl, MessageRateLimit, OnDemandLimit, VariableByteRate_RequestControl
from .services import Subscribe, ToService, register_service
from .sources import DataSource, OneShot, TriggeredOneShot, TriggeredSource
from .splitting import Splitter
from .ticks import PeriodicTick, SingleTick
from .transform import PureTransformer
from .worker import BadMessage, Worker

__all__ = [
    "AddSink",
    "Append",
    "BadMessage",
    "ByteRate_RequestControl",
    "Chooser",
    "ChunksToLines",
    "Collate",
    "ConsoleEchoer",
    "ConsoleReader",
    "DataSink",
    "DataSource",
    "Fanout",
    "Filter",
    "FixedRateControlledReusableFileReader",
    "ForwardIteratingChooser",
    "InfiniteChooser",
    "Interpreter",
    "LossyConnector",
    "MessageRateLimit",
    "NullSink",
    "OnDemandLimit",
    "OneShot",
    "PassThrough",
    "PeriodicTick",
    "Plug",
    "PlugSplitter",
    "PromptedFileReader",
    "PureTransformer",
    "RateControlledFileReader",
    "RateControlledReusableFileReader",
    "ReadFileAdaptor",
    "RemoveSink",
    "ReusableFileReader",
    "SimpleFileWriter",
    "SimpleReader",
    "SingleTick",
    "Splitter",
    "StandaloneInterpreter",
    "Subscribe",
    "ToService",
    "TriggeredOneShot",
    "TriggeredSource",
    "TwoWaySplitter",
    "UnknownPolicy",
    "VariableByteRate_RequestControl",
    "Worker",
    "register_service",
]

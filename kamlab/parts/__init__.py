"""Small components: lines, files, console, transformers, sources, choosers, splitters, rates, losses."""

from .chargen import Chargen
from .choosers import Chooser, ForwardIteratingChooser, InfiniteChooser
from .console import ConsoleEchoer, ConsoleReader
from .data_sink import DataSink
from .detuple import SimpleDetupler
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
from .unreliable import Duplicate, Reorder, Throwaway
from .unseen import UnseenOnly
from .worker import BadMessage, Worker

__all__ = [
    "AddSink",
    "Append",
    "BadMessage",
    "ByteRate_RequestControl",
    "Chargen",
    "Chooser",
    "ChunksToLines",
    "Collate",
    "ConsoleEchoer",
    "ConsoleReader",
    "DataSink",
    "DataSource",
    "Duplicate",
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
    "Reorder",
    "ReusableFileReader",
    "SimpleDetupler",
    "SimpleFileWriter",
    "SimpleReader",
    "SingleTick",
    "Splitter",
    "StandaloneInterpreter",
    "Subscribe",
    "Throwaway",
    "ToService",
    "TriggeredOneShot",
    "TriggeredSource",
    "TwoWaySplitter",
    "UnknownPolicy",
    "UnseenOnly",
    "VariableByteRate_RequestControl",
    "Worker",
    "register_service",
]

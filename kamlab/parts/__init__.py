"""Small components: lines, files, console, transformers, sources, choosers, splitters, rates, losses."""

from .choosers import Chooser, ForwardIteratingChooser, InfiniteChooser
from .console import ConsoleEchoer, ConsoleReader
from .fanout import Fanout, TwoWaySplitter
from .filerates import (
    FixedRateControlledReusableFileReader,
    RateControlledFileReader,
    RateControlledReusableFileReader,
    ReadFileAdaptor,
    ReusableFileReader,
)
from .files import PromptedFileReader, SimpleFileWriter, SimpleReader
from .lines import ChunksToLines
from .lossy import LossyConnector
from .outlets import AddSink, RemoveSink, UnknownPolicy
from .passing import Collate, Filter, NullSink, PassThrough
from .plug_splitter import Plug, PlugSplitter
from .rates import ByteRate_RequestControl, MessageRateLimit, OnDemandLimit, VariableByteRate_RequestControl
from .sources import DataSource, OneShot, TriggeredOneShot, TriggeredSource
from .splitting import Splitter
from .transform import PureTransformer
from .unseen import UnseenOnly
from .worker import BadMessage, Worker

__all__ = [
    "AddSink",
    "BadMessage",
    "ByteRate_RequestControl",
    "Chooser",
    "ChunksToLines",
    "Collate",
    "ConsoleEchoer",
    "ConsoleReader",
    "DataSource",
    "Fanout",
    "Filter",
    "FixedRateControlledReusableFileReader",
    "ForwardIteratingChooser",
    "InfiniteChooser",
    "LossyConnector",
    "MessageRateLimit",
    "NullSink",
    "OnDemandLimit",
    "OneShot",
    "PassThrough",
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
    "Splitter",
    "TriggeredOneShot",
    "TriggeredSource",
    "TwoWaySplitter",
    "UnknownPolicy",
    "UnseenOnly",
    "VariableByteRate_RequestControl",
    "Worker",
]

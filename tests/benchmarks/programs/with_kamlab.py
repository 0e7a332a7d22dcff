"""Run a program written for Axon and Kamaelia, unchanged, by kamlab.

python with_kamlab.py [--record | --no-record] [--trace-limit N] PROGRAM [ARGUMENT ...]
"""

import argparse
import runpy
import sys

import kamlab.axon
from kamlab.lab import Lab

parser = argparse.ArgumentParser()
parser.add_argument("--record", action=argparse.BooleanOptionalAction, default=True)
parser.add_argument("--trace-limit", type=int, default=4096)
parser.add_argument("program")
parser.add_argument("arguments", nargs=argparse.REMAINDER)
options = parser.parse_args()

kamlab.axon.install()
sys.argv = [options.program, *options.arguments]
with Lab(record=options.record, trace_limit=options.trace_limit) as lab:
    runpy.run_path(options.program, run_name="__main__")
    if options.record and not len(lab.trace):
        raise SystemExit("nothing was recorded")

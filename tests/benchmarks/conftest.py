"""Make the runner of the benchmarks importable for the test of it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

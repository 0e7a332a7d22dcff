"""Make the runner of the benchmarks importable for the test of it; its programs are run, not imported."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

collect_ignore_glob = ["programs/*", "suite/*", "run.py", "explore.py"]

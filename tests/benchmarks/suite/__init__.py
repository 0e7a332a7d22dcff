"""The runner of the benchmarks: cases, players, rounds, peers, table. ``run.py`` starts it."""

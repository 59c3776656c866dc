"""Workloads against the peers, in one run: `python -m benchmarks`, and --help for its options.

Each row of a workload runs in a process of its own, which has only its own libraries loaded, so
that neither the garbage collector nor the threads of one library slow another. See `registry` for
what a workload is, `runner` for how rounds are taken, `report` for what is written.
"""

"""The benchmarks: one file each; every figure is a ratio or a bound measured in one run.

A module with a `title`, a `goal` and a function `run` is a benchmark; its name is its file's.
"""

"""The jobs: one generator per file, called `run`, that yields progress and returns a result.

A job receives its request. At each yield it may be sent a `Wish`; closing it cancels it.
"""

"""Tests that the benchmarks measure what they say; no figure is judged here."""

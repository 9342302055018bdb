"""Datasets as arrays of symbols: a catalog, then one file per family of datasets."""

"""The families: one file each, to be read beside its paper."""

"""The panels: one file each, found by discovery, every one answering one question."""

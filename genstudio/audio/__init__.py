"""Sound out and in, each in a process of its own that nothing in this one can starve."""

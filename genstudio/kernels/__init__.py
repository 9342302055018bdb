"""Compiled incremental samplers: for each symbol only the work which that symbol adds."""

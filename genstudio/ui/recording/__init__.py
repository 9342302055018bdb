"""Recordings in the window: played, forked into takes, coloured, exported."""

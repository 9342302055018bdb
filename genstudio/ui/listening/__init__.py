"""Listening: takes of sound, the player that plays them while they are written, and their parts."""

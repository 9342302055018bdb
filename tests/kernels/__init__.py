"""Compiled code against numpy."""

"""Tests of the views of a sound."""

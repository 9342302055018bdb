"""Views of a sound on one time axis, and of what a model thinks of its next sample."""

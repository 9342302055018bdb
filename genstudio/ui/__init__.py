"""The window: it never computes, and never imports torch."""

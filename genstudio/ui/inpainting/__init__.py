"""Inpainting in the window: what is asked, and what is shown of the answers."""

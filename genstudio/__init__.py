"""GenStudio: see how the classic generative models work."""

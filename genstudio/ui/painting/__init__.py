"""Painting a picture and a mask by hand."""

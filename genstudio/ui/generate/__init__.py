"""The ways of drawing that the Generate panel shows: by symbols, and in stages."""

"""What is heard in sounds, real or generated: which digit was spoken, and at what pitch."""

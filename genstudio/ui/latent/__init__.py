"""The parts of the Latent panel."""

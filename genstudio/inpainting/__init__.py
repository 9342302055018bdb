"""Methods of inpainting: one file each, found by its title. They are asked for what is hidden."""

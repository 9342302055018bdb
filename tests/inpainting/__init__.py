"""Methods of inpainting against enumeration."""

"""Parts that two panels or more are made of."""

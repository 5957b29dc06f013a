"""The studies themselves, one file each, and the cells that they are made of."""

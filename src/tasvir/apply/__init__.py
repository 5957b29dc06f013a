"""A fitted model on new images: intake, transform, predict, evaluate, sample, fit in a folder."""

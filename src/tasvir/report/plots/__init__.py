"""Ways to draw: arrays and numbers in, panels out. None of them knows a record or a chapter."""

"""Looking inside a fitted model: places among its codes, and what it draws there."""

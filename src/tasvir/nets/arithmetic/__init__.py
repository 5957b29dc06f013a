"""Layers on paper: what each gives, learns, computes and sees, by formulas that need no torch."""

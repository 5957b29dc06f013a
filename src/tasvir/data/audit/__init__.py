"""What could spoil results on a set, found before anything is learned from it."""

"""The sets that have a name: what they are, where they lie, and where they come from."""

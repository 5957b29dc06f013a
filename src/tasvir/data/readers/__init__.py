"""One file for each format: what a name or a path holds, before anything is interpreted."""

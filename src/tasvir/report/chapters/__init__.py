"""The chapters of reports, one file each; a study lists those that tell what it found.

A chapter is a module with `NAME`, `TITLE` and `compose(cells)`, which gives a `Chapter`, or None where the run has no such cells.
"""

"""The chapters of reports, one file each; a study lists those that tell what it found.

A chapter is a module with `NAME`, `TITLE`, `summarise(cells)`, which gives a frozen dataclass of data (None where the run has no
such cells), and `compose(summary)`, which turns it into a `Chapter`.
"""

"""The chapters of a report, one file each, in the order in which they are read.

A chapter is a module with `NAME`, `TITLE`, `summarise(cells)`, which gives a frozen dataclass of data (None where the run has no
such cells), and `compose(summary)`, which turns it into a `Chapter`. A new chapter is one file and one word in `CHAPTERS`.
"""

from tasvir.report.chapters import appendix, audit, classifier, data_card, evidence, generation, representations

CHAPTERS = (data_card, audit, representations, classifier, generation, evidence, appendix)

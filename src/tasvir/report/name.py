"""A name as a page writes it."""

from dataclasses import dataclass

from tasvir.report.words.message import Sentence


@dataclass(frozen=True)
class Name:
    """A name as it stands alone, in a table, and within a sentence."""

    alone: Sentence
    inside: Sentence

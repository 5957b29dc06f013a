"""What generators copy, in sentences of the chapter on generation."""

from collections.abc import Sequence

from tasvir.measures.copies import chance_of_copies
from tasvir.report.numbers import percent
from tasvir.report.view import View
from tasvir.report.words.message import Sentence, listed, say

#: The changes of planted copies; sentences name them in this order.
_KINDS = {
    "exact": say("unchanged"),
    "mirrored": say("mirrored"),
    "shifted": say("shifted by a pixel"),
    "noise": say("with noise"),
    "contrast": say("with less contrast"),
}
_LEVEL = 0.01  # of saying that a generator copies which does not


def copies_sentences(measured: Sequence[View]) -> tuple[Sentence, ...]:
    """How many samples are copies, whether that is many, and how well the audit sees."""
    known = [(row, reading) for row in measured if (reading := row.reading("copies")) and reading.n]
    if not known:
        return ()
    told = listed((say("{copies} ({title})", copies=row.shown("copies"), title=row.title) for row, _ in known), ", ")
    found = say("Samples that are as near to one training image as its copies are: {told}.", told=told)
    copiers = [row.inside for row, _ in known if repeats(row)]
    if copiers:
        verdict = say(
            "Among fresh images so many occur in less than one case in a hundred: training images are repeated by {who}.",
            who=listed(copiers),
        )
    else:
        verdict = say("That is no more than of fresh images, so there is no sign of copying.")
    return found, verdict, *_audited(known[0][0])


def _audited(row: View) -> tuple[Sentence, ...]:
    """How well the audit sees: the copies and the held-out images were the same for all generators."""
    shares = [(words, reading) for kind, words in _KINDS.items() if (reading := row.reading("planted_copies_found", kind=kind))]
    told = listed((say("{value} ({title})", value=percent(share), title=words) for words, share in shares), ", ")
    near = row.reading("held_out_duplicates")
    found = [say("Of planted copies of training images the audit finds: {told}.", told=told)] if shares else []
    if near and near.value:
        found.append(
            say(
                "Held-out images that are themselves near-duplicates of a training image, and set no threshold: {near}.",
                near=row.shown("held_out_duplicates"),
            )
        )
    return tuple(found)


def repeats(row: View) -> bool:
    """Whether so many samples that are called copies could not be fresh images, beside those that were held out."""
    copies, near = row.reading("copies"), row.reading("held_out_duplicates")
    if copies is None or not copies.n:
        return False
    n_held_out, n_left_out = (near.n, round(near.value)) if near and near.n else (copies.n, 0)
    return chance_of_copies(round(copies.value), copies.n, n_held_out, n_left_out=n_left_out) < _LEVEL

"""An audit in sentences, what matters most first."""

from tasvir.data.audit.audit import Audit, Overlap
from tasvir.data.audit.duplicates import IDENTICAL

NAMES = {"train": "training", "val": "validation", "test": "test"}
LISTED = 5


def findings(audit: Audit) -> tuple[str, ...]:
    """What a reader has to know; none where nothing was found.

    Examples
    --------
    >>> from tasvir import load_data
    >>> from tasvir.data.audit.audit import audit
    >>> findings(audit(load_data("digits")))
    ()
    """
    across = [overlap for overlap in audit.overlaps if overlap.part != overlap.other]
    across.sort(key=lambda overlap: (overlap.part == "val", overlap.other == "val"))  # the test comes first
    within = [overlap for overlap in audit.overlaps if overlap.part == overlap.other]
    said = [_groups(audit), *(_leak(audit, overlap) for overlap in across), _conflicts(audit)]
    said += [_repeated(overlap) for overlap in within]
    said += [_small(audit), _constant(audit), _ordered(audit)]
    return tuple(line for line in said if line)


def _groups(audit: Audit) -> str:
    if audit.groups is None or not audit.groups.crossing:
        return ""
    crossing = audit.groups.crossing
    return f"{_some(len(crossing), 'group stands', 'groups stand')} in several parts of the split: {_listed(crossing)}."


def group_counts(audit: Audit) -> tuple[str, ...]:
    """Where groups are known and none crosses the split: how many stand in each part."""
    if audit.groups is None or audit.groups.crossing:
        return ()
    counts = ", ".join(f"{n:,} {NAMES[part]}" for part, n in audit.groups.counts.items())
    return (f"Groups, none in several parts: {counts}.",)


def _leak(audit: Audit, overlap: Overlap) -> str:
    one = "has a duplicate" if overlap.n_images == 1 else "have a duplicate"
    within = f"{overlap.n_images_close} of them within {audit.close_distance:.2g} (Euclidean, pixels 0..1)"
    return (
        f"{overlap.n_images} of the {overlap.n:,} {NAMES[overlap.part]} images {one} among the "
        f"{NAMES[overlap.other]} images, {within}."
    )


def _conflicts(audit: Audit) -> str:
    if not audit.conflicts:
        return ""
    identical = sum(pair.kind == IDENTICAL for pair in audit.conflicts)
    exact = f", {identical} of them identical" if identical else ""
    return f"{_some(len(audit.conflicts), 'pair of duplicates carries', 'pairs of duplicates carry')} different labels{exact}."


def _repeated(overlap: Overlap) -> str:
    pairs = _some(overlap.n_pairs, "pair", "pairs")
    return f"{pairs} of duplicates within the {NAMES[overlap.part]} images, {overlap.n_pairs_close} of them close."


def _small(audit: Audit) -> str:
    if not audit.small_classes:
        return ""
    names = _listed(tuple(small.name for small in audit.small_classes))
    return f"{_some(len(audit.small_classes), 'class is', 'classes are')} too small, or missing in a part: {names}."


def _constant(audit: Audit) -> str:
    if not audit.constant:
        return ""
    names = _listed(tuple(place.name for place in audit.constant))
    return f"{_some(len(audit.constant), 'image shows', 'images show')} a single colour: {names}."


def _ordered(audit: Audit) -> str:
    parts = [order for order in audit.label_order if order.ordered]
    if not parts:
        return ""
    names = " and ".join(NAMES[order.part] for order in parts)
    return f"The {names} images stand by class ({parts[0].runs:,} runs of equal labels): shuffle before taking the first ones."


def _some(n: int, one: str, many: str) -> str:
    return f"{n:,} {one if n == 1 else many}"


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - LISTED:,} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more

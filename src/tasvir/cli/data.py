"""`tasvir data list|info`: which sets there are, and what one of them holds."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tasvir.cli.answer import Json, Table, answer, table
from tasvir.cli.options import HELP, load, takes_data
from tasvir.contracts.plain import some
from tasvir.data.options import LoadOptions

if TYPE_CHECKING:
    from tasvir.data.audit.audit import Place

#: Columns that fit a terminal.
MOST_CLASSES = 12

app = typer.Typer(help="Sets of labelled images.", no_args_is_help=True, rich_markup_mode=None)


cache = typer.Typer(help="Copies of images that were kept.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(cache, name="cache")


@app.command("list")
def list_(data_dir: Annotated[Path | None, typer.Option(help=HELP["data_dir"])] = None, *, as_json: Json = False) -> None:
    """The sets that have a name, and where they lie."""
    import dataclasses

    from tasvir.data.known.listing import list_data

    rows = [dataclasses.asdict(row) for row in list_data(data_dir)]
    shown = [{"name": r["name"], "classes": r["n_classes"], "size": r["image_size"], "where": r["where"]} for r in rows]
    answer(rows, table(shown), as_json=as_json)


@app.command()
@takes_data
def info(
    data: Annotated[str, typer.Argument(metavar="DATA", help="A named set or a path.")],
    *,
    as_json: Json = False,
    options: LoadOptions,
) -> None:
    """What a set holds: counts, classes, origin, split and fingerprint."""
    from tasvir.data.told import data_facts

    facts = data_facts(load(data, options))
    told = (
        "title",
        "about",
        "origin",
        "licence",
        "source",
        "n_images",
        "image_shape",
        "split_rule",
        "resize_rule",
        "fingerprint",
    )
    words = [f"{key.replace('_', ' '):<12} {facts[key]}" for key in told if facts[key]]
    notes = [f"note         {note}" for note in facts["notes"]]
    answer(facts, [*words, *notes, "", *_counts(facts["class_names"], facts["counts"])], as_json=as_json)


def _counts(names: list[str], counts: dict[str, list[int]]) -> list[str | Table]:
    """How many images each class has in each part; many classes are summed up."""
    if len(names) <= MOST_CLASSES:
        return [*table([{"part": part, **dict(zip(names, n, strict=True))} for part, n in counts.items()])]
    rows = [{"part": part, "images": sum(n), "smallest class": min(n), "largest class": max(n)} for part, n in counts.items()]
    return [f"{len(names)} classes: {some(names)} (--json counts each)", *table(rows)]


def _said(place: "Place") -> str:
    """An image by its name; the part too, where the name does not begin with it."""
    part = "" if place.name.startswith(f"{place.part}/") else f"{place.part} "
    return f"{part}{place.name} ({place.label})"


@app.command()
def fetch(name: Annotated[str, typer.Argument(metavar="NAME", help="A named set.")], *, as_json: Json = False) -> None:
    """Download a named set into the cache, unless it is there already; its hashes are checked."""
    from tasvir.data.known.listing import fetch_data

    folder = fetch_data(name)
    answer({"name": folder.name, "folder": str(folder)}, [f"{folder.name}: {folder}"], as_json=as_json)


@cache.command("list")
def list_copies(*, as_json: Json = False) -> None:
    """The copies of images that the cache holds, oldest first."""
    from tasvir.data.cache import cache_folder, kept_copies

    rows = kept_copies()
    shown = [row | {"bytes": f"{row['bytes']:,}"} for row in rows]
    answer(rows, table(shown) or [f"no images are kept in {cache_folder()}"], as_json=as_json)


@cache.command("clear")
def clear(*, as_json: Json = False) -> None:
    """Remove them all; downloads and everything else in the cache stay."""
    from tasvir.data.cache import clear_copies

    gone = clear_copies()
    size = sum(copy["bytes"] for copy in gone)
    answer(gone, [f"Removed: {len(gone)} copies, {size:,} bytes"], as_json=as_json)


@app.command()
@takes_data
def audit(
    data: Annotated[str, typer.Argument(metavar="DATA", help="A named set or a path.")],
    *,
    as_json: Json = False,
    options: LoadOptions,
) -> None:
    """What could spoil results: duplicates, leaks between parts, conflicting labels, groups that cross, constant images."""
    from tasvir.data.audit.audit import audit as audit_set
    from tasvir.report.chapters.audit import faults, sentences
    from tasvir.report.words.language import language

    found, words = audit_set(load(data, options)), language()
    facts = found.to_json()
    pairs = [
        {
            "kind": pair.kind,
            "distance": f"{pair.distance:.3f}",
            "first": _said(pair.first),
            "second": _said(pair.second),
        }
        for pair in found.pairs[:20]
    ]
    more = [f"... and {len(found.pairs) - len(pairs)} pairs more (--json lists all)"] if len(found.pairs) > len(pairs) else []
    told: list[str | Table] = [*map(words, sentences(facts)), *([""] if pairs else []), *table(pairs), *more]
    answer(facts | {"findings": list(map(words, faults(facts)))}, told, as_json=as_json)

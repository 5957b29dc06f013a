"""How a record and a run look at a prompt and in a notebook: words and HTML, made of their plain data."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

_LONGEST = 80  # characters of one value


def in_words(kind: str, data: Mapping[str, Any]) -> str:
    """What a record holds, in a few words."""
    if kind == "metric":
        return measured(data)
    if kind == "curve":
        return f"{', '.join(data.get('series', {}))}, {len(data.get('x', ()))} points"
    if kind == "array":
        return f"{data.get('dtype')} of shape {tuple(data.get('shape', ()))}"
    if kind == "failure":
        return shortened(data.get("error", ""))
    return shortened(", ".join(data))


def measured(data: Mapping[str, Any]) -> str:
    """A metric's number with its interval and unit: '0.972 [0.961, 0.98]'."""
    value, low, high = (data.get(key) for key in ("value", "low", "high"))
    if value is None:
        return "no value"
    interval = "" if low is None or high is None else f" [{low:.4g}, {high:.4g}]"
    return f"{value:.4g}{interval} {data.get('unit') or ''}".rstrip()


def progress(data: Mapping[str, Any], kinds: Sequence[str]) -> str:
    """What a run asked, and how far it came: `data` of its run record, and the kinds of all its records."""
    n_failed = kinds.count("failure")
    failed = f", {n_failed} failed" if n_failed else ""
    asked = f"{data.get('study', 'a study')} of {data.get('data', 'unnamed data')}, seed {data.get('seed')}"
    return f"{asked}: {kinds.count('cell')} of {len(data.get('addresses', {}))} parts finished{failed}"


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """An HTML table, everything in it escaped."""
    heads = "".join(f"<th>{escape(word)}</th>" for word in head)
    body = "".join(f"<tr>{''.join(f'<td>{escape(shortened(cell))}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><caption>{escape(caption)}</caption><tr>{heads}</tr>{body}</table>"


def shortened(value: Any) -> str:
    """A value as text of one line that fits into a table."""
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"

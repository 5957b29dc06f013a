"""`--set key=value`: words become values, dots reach into specs."""

from typing import Any

from tasvir.contracts.errors import BadInputError

WORDS = {"none": None, "true": True, "false": False}


def apply_settings(estimator: Any, given: list[str]) -> None:
    """Set what `--set` asks for; an unknown parameter is an error that lists the known ones."""
    settings = parse_settings(given)
    known = estimator.get_params(deep=False).keys() - {"hooks"}  # live objects, which have no words
    for key in settings:
        if key.partition("__")[0] not in known:
            name = type(estimator).__name__
            raise BadInputError(
                f"--set {key.replace('__', '.')}: {name} has no such parameter; it has {', '.join(sorted(known))}"
            )
    estimator.set_params(**settings)


def parse_settings(given: list[str]) -> dict[str, Any]:
    """{'net__hidden': (500, 200)} for ['net.hidden=500,200']."""
    settings = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not (key and equals and value):
            raise BadInputError(f"--set {text}: expected key=value, as in --set max_epochs=5 or --set net.hidden=64,32")
        settings[key.strip().replace(".", "__")] = parse_value(value.strip())
    return settings


def parse_value(text: str) -> Any:
    """None, True, False, a number, a tuple where there are commas, else the text itself."""
    if "," in text:
        return tuple(parse_value(part) for part in text.split(",") if part)
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text

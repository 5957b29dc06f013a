"""`tasvir rerun RUN`: the same question again."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tasvir.cli.answer import Json
from tasvir.cli.options import number_of
from tasvir.cli.told import tell_finished

#: Differences that are listed; all of them are in --json.
SHOWN = 5


def rerun(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")],
    *,
    out: Annotated[Path | None, typer.Option(help="The folder that holds runs.  [default: where RUN lies]")] = None,
    jobs: Annotated[str, typer.Option(help="Parts computed side by side, or auto: as many as the machine bears.")] = "auto",
    as_json: Json = False,
) -> None:
    """Ask the question of a run again, from its records, in a fresh run; tell whether the numbers are the same."""
    from tasvir.studies.rerun import rerun as ask_again

    try:
        again = ask_again(run, out=out, jobs=number_of(jobs))
    except KeyboardInterrupt:
        print("\nStopped. What is finished lies in a run of its own; asked again, it begins anew.", file=sys.stderr)
        raise typer.Exit(1) from None
    words = ["" if again.same_data else "The images or their labels have changed since.", *_told(again.differences)]
    more = {"same_data": again.same_data, "differences": list(again.differences)}
    tell_finished(again.finished, more=more, words=filter(None, words), as_json=as_json)


def _told(differences: tuple[str, ...]) -> list[str]:
    if not differences:
        return ["Every number is the same as before (times apart)."]
    n = len(differences)
    told = f"{n} {'record differs' if n == 1 else 'records differ'} from before:"
    rest = [f"  ... and {n - SHOWN} more (--json lists all)"] if n > SHOWN else []
    return [told, *(f"  {line}" for line in differences[:SHOWN]), *rest]

"""Folders of models and of runs that were damaged, moved or mistaken."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from cli.bad.making import Bad, nothing, text

Damage = Callable[[Path], object]


def described(change: Callable[[dict], object], of: str = "autoencoder") -> Damage:
    """`model.json` with something else in it."""

    def make(folder: Path) -> None:
        path = folder / of / "model.json"
        told = json.loads(path.read_text())
        change(told)
        path.write_text(json.dumps(told))

    return make


def cut(name: str, bytes_left: int) -> Damage:
    def make(folder: Path) -> None:
        path = folder / name
        path.write_bytes(path.read_bytes()[:bytes_left])

    return make


def lost(name: str) -> Damage:
    def make(folder: Path) -> None:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return make


def turned(name: str, at: int) -> Damage:
    """One byte is another."""

    def make(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        data[at] ^= 255
        (folder / name).write_bytes(data)

    return make


def line(number: int, content: str) -> Damage:
    """One line of the records is another."""

    def make(folder: Path) -> None:
        path = folder / "run" / "records.jsonl"
        lines = path.read_text().splitlines()
        lines[number] = content
        path.write_text("\n".join(lines) + "\n")

    return make


def model(cause: str, says: str, make: Damage, *, of: str = "autoencoder", verb: str = "transform", more: str = "") -> Bad:
    words = {
        "transform": f"transform {of} --data {{images}} --out codes.csv",
        "predict": f"predict {of} --data {{images}} --out classes.csv",
        "evaluate": f"evaluate {of} --data {{images}}",
        "sample": f"sample {of} -n 2 --out drawn.npz",
    }
    return Bad(f"model for {verb}", cause, words[verb] + more, says, make, of)


def run(cause: str, says: str, make: Damage = nothing, *, words: str = "report run") -> Bad:
    return Bad(words.split(" run")[0], cause, words, says, make, "run")


JSON = "autoencoder/model.json"
WEIGHTS = "autoencoder/weights.safetensors"
FOLDERS = [
    model("no description", "no model.json", lost(JSON)),
    model("an empty description", r"model\.json is damaged", text(JSON, "")),
    model("half a description", r"model\.json is damaged", cut(JSON, 100)),
    model("a description that is a list", "format", text(JSON, "[1, 2]")),
    model("a description that is a number", "format", text(JSON, "7")),
    model("a description that is no text", r"model\.json is damaged", text(JSON, b"\xff\xfe\x00")),
    model("another format", "format", described(lambda told: told.update(format=99))),
    model("no format", "format", described(lambda told: told.pop("format"))),
    model("a class of others", "not Tasvir's", described(lambda told: told.update({"class": "os.system"}))),
    model("a setting that does not exist", "damaged", described(lambda told: told["params"].update(colour=3))),
    model("a setting out of its range", "damaged|n_components", described(lambda told: told["params"].update(n_components="x"))),
    model("no settings", "damaged", described(lambda told: told.pop("params"))),
    model("no units", "damaged", described(lambda told: told.pop("pixels"))),
    model("a history that is none", "damaged", described(lambda told: told.update(history=5))),
    model("a method that was learned", "learned", described(lambda told: told["learned"].update(fit=1))),
    model("a spec of others", "not Tasvir's", described(lambda told: told["params"].update(net={"spec": "Evil", "fields": {}}))),
    model(
        "a folder outside of itself",
        "outside",
        described(lambda told: told["learned"].update(x_={"folder": "../x", "sha256": ""})),
    ),
    model("another hash", "content has changed", described(lambda told: told.update(weights_sha256="0" * 64))),
    model("no weights", "damaged", lost(WEIGHTS)),
    model("empty weights", "damaged", text(WEIGHTS, b"")),
    model("half the weights", "damaged", cut(WEIGHTS, 500)),
    model("one byte of the weights", "content has changed", turned(WEIGHTS, -1)),
    model("weights that are a folder", "damaged", lambda f: (lost(WEIGHTS)(f), (f / WEIGHTS).mkdir())),
    model("a classifier", "does not transform", nothing, of="classifier"),
    model("a sampler", "does not transform", nothing, of="sampler"),
    model("an autoencoder", "does not predict", nothing, verb="predict"),
    model("a sampler", "does not predict", nothing, of="sampler", verb="predict"),
    model("an autoencoder", "does not classify", nothing, verb="evaluate"),
    model("a classifier", "draws no images", nothing, of="classifier", verb="sample"),
    model("an autoencoder", "draws no images", nothing, verb="sample"),
    model("no description", "no model.json", lost("sampler/model.json"), of="sampler", verb="sample"),
    model("no weights", "damaged", lost("classifier/weights.safetensors"), of="classifier", verb="predict"),
    model("an unknown part", "part|nonsense", nothing, of="classifier", verb="evaluate", more=" --part nonsense"),
    model("a part without images", "no images in part 'val'", nothing, of="classifier", verb="evaluate", more=" --part val"),
    model("another size asked for", "the model takes", nothing, more=" --image-size 32"),
    model("gray asked for", "the model takes", nothing, more=" --no-color"),
    model("a label it does not know", "purple", nothing, of="sampler", verb="sample", more=" --label purple"),
    model("two labels at once", "label|light", nothing, of="sampler", verb="sample", more=" --label light,dark,none"),
    run("empty records", "run", text("run/records.jsonl", "")),
    run("records that are text", "line 1 of", text("run/records.jsonl", "hello\n")),
    run("records that are bytes", "line 1 of", text("run/records.jsonl", b"\x00\xff\n")),
    run("no records", "not a run", lost("run/records.jsonl")),
    run("records that are a folder", "run", lambda f: (lost("run/records.jsonl")(f), (f / "run/records.jsonl").mkdir())),
    run("a line in the middle that is none", "line 3 of", line(2, "{}")),
    run("a line that is a list", "line 3 of", line(2, "[]")),
    run("a first line that is none", "line 1 of", line(0, "garbage")),
    run("figures into itself", "own folder", words="report run --figures run"),
    run("figures into a file", "file", text("taken", "x"), words="report run --figures taken"),
    run("records that are text", "line 1 of", text("run/records.jsonl", "hello\n"), words="rerun run"),
    run("no records", "not a run", lost("run/records.jsonl"), words="rerun run"),
    run("no jobs", "jobs=0|--jobs 0", words="rerun run --jobs 0"),
    run("jobs that are a word", "--jobs many", words="rerun run --jobs many"),
    run("out that is a file", "taken", text("taken", "x"), words="rerun run --out taken"),
    run("no records", "run", lost("run/records.jsonl"), words="runs rm run"),
    Bad("runs rm", "nothing named", "runs rm", "RUN"),
    Bad("runs rm", "a folder that is no run", "runs rm {images}", "not a run|no run"),
    Bad("runs rm", "a file", "runs rm {file}", "file|run|no such"),
    Bad("runs rm", "missing", "runs rm nowhere", "nowhere"),
    Bad("rerun", "nothing named", "rerun", "RUN"),
    Bad("rerun", "missing", "rerun nowhere", "nowhere"),
    Bad("rerun", "a model", "rerun {autoencoder}", "not a run"),
    Bad("rerun", "a file", "rerun {file}", "file|no such"),
    Bad("report", "a model", "report {classifier}", "not a run"),
    Bad("report", "two runs", "report {run} {run}", "unexpected"),
    Bad("report", "an unknown flag", "report {run} --pdf", "--pdf"),
]

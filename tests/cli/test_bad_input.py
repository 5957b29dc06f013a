"""Bad input: exit code 2, one line that says what was wrong and what to do, nothing left behind, never a traceback."""

import os
import re
from unittest import mock

import pytest
import small

#: words of the command (names in braces are places of the world) -> what the line has to speak of
RUN = {
    "nowhere": "nowhere",
    "{file}": "is of no known kind",
    "{empty}": "empty",
    "{one_class}": "class",
    "digits --profile fast": "profile='fast'.*quick, standard, full",
    "digits --seed -1": "seed=-1",
    "digits --seed one": "--seed.*tasvir run --help",
    "digits --threads 0": "threads=0",
    "digits --device abacus": "device='abacus'",
    "digits --precision fp16": "precision='fp16' is not known: give one of 'auto', 'fp32', 'bf16'",
    "digits --image-size 2": "image_size=2",
    "digits --image-size large": "--image-size.*whole|integer",
    "digits --out {file}": "is a file",
    "mnist --data-dir nowhere/at/all": "nowhere/at/all",
    "digits --frobnicate": "--frobnicate",
    "digits digits": "digits",
    "": "DATA",
}
FIT = {
    "transformer": "no model 'transformer'",
    "autoencoder --set colour=1": "colour",
    "autoencoder --set net.depth=2": "depth.*hidden",
    "autoencoder --set net=denser": "net='denser'",
    "autoencoder --set net.hidden=0": "hidden",
    "autoencoder --set net.hidden=a,b": "hidden",
    "autoencoder --set net.hidden=none": "hidden",
    "autoencoder --set max_epochs.more=1": "max_epochs",
    "autoencoder --set max_epochs": "expected key=value",
    "autoencoder --set =3": "expected key=value",
    "autoencoder --set max_epochs=": "expected key=value",
    "autoencoder --set max_epochs=0": "max_epochs=0",
    "autoencoder --set max_epochs=many": "max_epochs='many'",
    "autoencoder --set batch_size=1.5": "batch_size=1.5",
    "autoencoder --set learning_rate=-1": "learning_rate=-1",
    "autoencoder --set n_components=none": "n_components=None",
    "autoencoder --set validation_fraction=2": "validation_fraction=2",
    "autoencoder --set random_state=-1": "random_state=-1",
    "autoencoder --set random_state=dice": "random_state='dice'",
    "autoencoder --set random_state=none": "random_state=None",
    "autoencoder --set image_shape=3,5": "image_shape.*leave it out",
    "autoencoder --set image_shape=square": "image_shape",
    "autoencoder --set hooks=5": "hooks",
    "autoencoder --set engine=steam": "engine='steam'",
    "autoencoder --set device=abacus": "device='abacus'",
    "autoencoder --device abacus": "device='abacus'",
    "autoencoder --precision half": "precision='half' is not known",
    "autoencoder --seed -1": "seed=-1",
    "autoencoder --checkpoint-every 0": "--checkpoint-every",
    "image-classifier --set net.dropout=2": "dropout",
    "image-classifier --set net.dropout=much": "dropout",
    "image-classifier --set net.widths=4,-8": "widths",
    "image-classifier --set net.stem_stride=0": "stem_stride",
    "image-classifier --set augment=spin": "augment='spin'",
    "image-classifier --set augment.max_shift=0.7": "max_shift",
    "image-classifier --set augment.max_shift=far": "max_shift",
    "image-classifier --set augment.flip=5": "flip",
    "image-classifier --set weight_decay=-1": "weight_decay=-1",
    "vae --set likelihood=poisson": "likelihood='poisson'",
    "vae --set beta=-1": "beta=-1",
    "vae --set conditional=perhaps": "conditional",
    "gaussian-sampler --set n_components=1.5": "n_components=1.5",
    "gaussian-sampler --set max_epochs=2": "max_epochs",
}
OTHER = {
    "": "command|COMMAND|Usage",
    "frobnicate": "frobnicate",
    "data": "command|COMMAND|Usage",
    "data frobnicate": "frobnicate",
    "data info nowhere": "nowhere",
    "data info {file}": "",
    "data audit nowhere": "nowhere",
    "data fetch nonsense": "nonsense",
    "data list --data-dir nowhere": "nowhere",
    "runs list --out nowhere": "nowhere",
    "runs list --out {file}": "file|folder",
    "report nowhere": "nowhere",
    "report {empty}": "not a run",
    "report {file}": "file|folder|no such",
    "report {run} --figures {file}": "file",
    "fit autoencoder --data digits --out {file}": "is a file",
    "fit autoencoder --data digits --out {file}/model": "file is a file, so nothing can be written in it",
    "fit gaussian-sampler --data digits --out {file}/model": "file is a file, so nothing can be written in it",
    "transform {autoencoder} --data {images} --out {file}/codes.csv": "file is a file, so nothing can be written in it",
    "predict {classifier} --data {images} --out {file}/deep/classes.npz": "file is a file, so nothing can be written in it",
    "sample {sampler} -n 3 --out {file}/drawn.npz": "file is a file, so nothing can be written in it",
    "sample {sampler} -n 3 --out {file}/drawn": "file is a file, so nothing can be written in it",
    "fit autoencoder --data digits --out .": "cannot be replaced as a whole",
    "fit autoencoder --data digits --out {images}": "holds something else",
    "fit autoencoder --data nowhere --out {new}": "nowhere",
    "fit autoencoder --data digits --out {autoencoder}": "other data or settings",
    "transform nowhere --data {images} --out {new}.csv": "nowhere",
    "transform {empty} --data {images} --out {new}.csv": "no model folder",
    "transform {autoencoder} --data nowhere --out {new}.csv": "nowhere",
    "transform {autoencoder} --data {images} --out {new}.txt": ".csv",
    "transform {autoencoder} --data {images} --out {empty}": "",
    "transform {classifier} --data {images} --out {new}.csv": "",
    "predict {autoencoder} --data {images} --out {new}.csv": "",
    "evaluate {autoencoder} --data {images}": "",
    "evaluate {classifier} --data digits": "class",
    "evaluate {classifier} --data {images} --part nonsense": "nonsense",
    "sample {classifier} -n 3 --out {new}.npz": "",
    "sample {sampler} -n 0 --out {new}.npz": "n.*0",
    "sample {sampler} -n few --out {new}.npz": "--number",
    "sample {sampler} -n 3 --label grey --out {new}.npz": "grey",
    "sample {sampler} -n 3 --seed -1 --out {new}.npz": "-1",
    "sample {sampler} -n 3 --out {file}": "",
}
TABLE = {f"run {words} --out {{new}}" if "--out" not in words else f"run {words}": said for words, said in RUN.items()}
TABLE |= {f"fit {words} --data digits --out {{new}}": said for words, said in FIT.items()} | OTHER


@pytest.fixture(scope="module")
def places(world, tmp_path_factory):
    root = tmp_path_factory.mktemp("bad")
    (root / "file").write_text("x")
    (root / "empty").mkdir()
    (root / "one_class" / "only").mkdir(parents=True)
    for path in list((world.images / "light").iterdir())[:5]:
        os.link(path, root / "one_class" / "only" / path.name)
    named = {name: getattr(world, name) for name in ("images", "run", "autoencoder", "classifier", "sampler")}
    return named | {name: root / name for name in ("file", "empty", "one_class", "new")}


@pytest.mark.parametrize("words", TABLE)
def test_it_ends_with_two_and_one_line(tasvir, places, words):
    before = sorted(places["new"].parent.rglob("*"))
    with small.small_profiles():  # a minute less, should something go through
        answer = tasvir(*(word.format(**places) for word in words.split()))
    assert answer.code == 2, answer
    if "Usage" not in TABLE[words]:
        assert answer.out == ""
        assert re.fullmatch(r"tasvir: [^\n]+\n", answer.err), answer.err
        assert re.search(TABLE[words], answer.err), answer.err
    assert "Traceback" not in answer.err
    assert sorted(places["new"].parent.rglob("*")) == before


def test_a_bad_folder_in_the_environment_is_named(tasvir):
    with mock.patch.dict(os.environ, {"TASVIR_DATA": "no/such/folder"}):
        answer = tasvir("data", "list")
    assert answer.code == 2
    assert "TASVIR_DATA" in answer.err
    assert "no/such/folder" in answer.err


def test_with_json_the_line_is_for_people(tasvir):
    answer = tasvir("data", "info", "nowhere", "--json")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("tasvir: ")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(tasvir, tmp_path):
    tmp_path.chmod(0o500)
    answer = tasvir("fit", "gaussian-sampler", "--data", "digits", "--out", tmp_path / "model")
    assert answer.code == 2
    assert str(tmp_path) in answer.err

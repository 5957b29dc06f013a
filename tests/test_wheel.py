"""The built wheel works where the dependencies are installed but the checkout is not, also beside a broken torchvision."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """(python of a new environment that holds our wheel alone, environment in which it sees the dependencies, its folder)."""
    folder = tmp_path_factory.mktemp("elsewhere")
    wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT]
    subprocess.run(wheel, check=True, cwd=folder)
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    (built,) = folder.glob("tasvir-*.whl")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", built], check=True, cwd=folder)
    # A folder on PYTHONPATH has its packages seen, but not its .pth files, which are what shows the checkout.
    (folder / "broken" / "torchvision").mkdir(parents=True)
    (folder / "broken" / "torchvision" / "__init__.py").write_text(
        "raise RuntimeError('operator torchvision::nms does not exist')"
    )
    path = os.pathsep.join([str(folder / "broken"), sysconfig.get_paths()["purelib"]])
    return python, os.environ | {"PYTHONPATH": path}, folder


@pytest.mark.real
def test_wheel_learns_saves_and_reports(elsewhere):
    python, environment, folder = elsewhere
    code = """
import tasvir
from tasvir import Autoencoder, load_data, load_model, save_model
X, y, _ = load_data("digits").part("train")
saved = save_model(Autoencoder(n_components=2, max_epochs=1, random_state=0).fit(X), "model")
print(tasvir.__file__, load_model(saved).transform(X).shape)
"""
    said = subprocess.run([python, "-c", code], check=True, cwd=folder, env=environment, capture_output=True, text=True).stdout
    assert str(folder) in said
    assert str(ROOT) not in said


@pytest.mark.real
def test_wheel_has_the_command(elsewhere):
    python, environment, folder = elsewhere
    tasvir = python.parent / "tasvir"
    said = subprocess.run([tasvir, "--version"], check=True, cwd=folder, env=environment, capture_output=True, text=True).stdout
    assert said.startswith("tasvir ")


@pytest.mark.real
@pytest.mark.parametrize(
    "shipped", ["py.typed", "report/page/page.html.j2", "report/page/page.css", "report/page/frames.js", "report/page/frames.css"]
)
def test_wheel_ships_what_is_no_python(elsewhere, shipped):
    python, environment, folder = elsewhere
    code = f"from importlib.resources import files; print((files('tasvir') / {shipped!r}).is_file())"
    said = subprocess.run([python, "-c", code], check=True, cwd=folder, env=environment, capture_output=True, text=True).stdout
    assert said == "True\n"

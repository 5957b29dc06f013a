"""From a run's folder to its report, without torch."""

import subprocess
import sys

import pytest

from tasvir.contracts.errors import DataFileError
from tasvir.report.text import report_text
from tasvir.report.words.language import language
from tasvir.report.write import read_report, write_report
from tasvir.studies.families.main_job import STUDY

CHAPTERS = STUDY.chapter_modules()
WITHOUT_TORCH = """
import sys
class NotInstalled:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "torch":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, NotInstalled())
from tasvir.studies.page import draw_page
print(draw_page(sys.argv[1]).name)
"""


def test_the_page_lies_in_the_runs_folder_and_is_small(digits, tmp_path):
    run = digits.folder(tmp_path / "run")
    path = write_report(run.path, CHAPTERS)
    assert path == run.path / "report.html"
    assert 100_000 < path.stat().st_size < 5_000_000
    assert "98.4" in path.read_text(encoding="utf-8")


def test_it_is_drawn_where_torch_is_not_installed(digits, tmp_path):
    run = digits.folder(tmp_path / "run")
    done = subprocess.run([sys.executable, "-c", WITHOUT_TORCH, run.path], capture_output=True, text=True, check=True)
    assert done.stdout == "report.html\n"


def test_importing_it_loads_neither_matplotlib_nor_jinja():
    code = "import sys, tasvir.report.write; print({'torch', 'matplotlib', 'jinja2', 'sklearn'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_drawing_again_replaces_the_page(empty, tmp_path):
    run = empty.folder(tmp_path / "run")
    first = write_report(run.path, CHAPTERS).read_bytes()
    assert write_report(str(run.path), CHAPTERS).read_bytes() == first
    assert sorted(p.name for p in run.path.iterdir()) == ["records.jsonl", "report.html"]


def test_a_lost_file_spoils_its_chapter_only(digits, tmp_path):
    run = digits.folder(tmp_path / "run")
    (lost,) = {run.file(r) for r in run.records() if r.name == "class_samples"}
    lost.unlink()
    chapters = {chapter.name: chapter for chapter in read_report(run.path, CHAPTERS).chapters}
    assert str(lost) in language()(chapters["data-card"].blocks[0].sentences[0])
    assert len(chapters["representations"].blocks) > 3


@pytest.mark.parametrize("what", ["nothing there", "not a run"])
def test_what_is_no_run_gets_no_report(tmp_path, what):
    folder = tmp_path / "run"
    if what == "not a run":
        folder.mkdir()
    with pytest.raises(DataFileError, match="run"):
        write_report(folder, CHAPTERS)
    assert not (folder / "report.html").exists()


@pytest.mark.parametrize("inside", ["", "files", "models", "scratch", "files/figures", "models/../files"])
def test_figures_do_not_go_among_the_files_of_the_run(empty, tmp_path, inside):
    run = empty.folder(tmp_path / "run")
    with pytest.raises(DataFileError, match="the run's own folder: give the figures another one"):
        write_report(run.path, CHAPTERS, figures_dir=run.path / inside)
    assert [p.name for p in run.path.iterdir()] == ["records.jsonl"]


def test_figures_may_go_beside_the_files_of_the_run(empty, tmp_path):
    run = empty.folder(tmp_path / "run")
    write_report(run.path, CHAPTERS, figures_dir=run.path / "figures")
    assert (run.path / "report.html").is_file()


@pytest.mark.parametrize(
    ("cell", "facts"),
    [
        ("data", {"split_rule": [{"rule": "drawn", "share": "a fifth", "seed": 0}]}),
        ("data", {"split_rule": [{"rule": "newer {x}"}]}),
        ("data", {"split_rule": [{"rule": "a { b"}]}),
        ("audit", {"close_distance": "near", "overlaps": [{"part": "test", "other": "train"}]}),
        ("classifier/0", {"max_shift": "far"}),
        ("classifier/0", {"mistakes": "none"}),
    ],
)
def test_an_altered_fact_spoils_its_chapter_only(digits, cell, facts):
    digits.tell(cell, **facts)
    text = report_text(digits.report())
    assert "its records are damaged" in text
    assert "Representations" in text


def test_settings_that_are_gone_are_no_settings(digits):
    digits.about["settings"] = None
    assert "Representations" in report_text(digits.report())

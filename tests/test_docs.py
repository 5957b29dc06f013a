"""Documentation cannot lie: what there is is documented, what is documented is there, and examples run."""

import ast
import doctest
import importlib
import inspect
import re
import shlex
from pathlib import Path

import pytest
import typer
from commands import COMMANDS

import tasvir
from tasvir.cli.door import app
from tasvir.data.options import LoadOptions
from tasvir.studies.study import MAIN, STUDIES

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "tasvir"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
OURS = [name for name in tasvir._HOMES if tasvir._HOMES[name].startswith("tasvir.")]
MODULES = {".".join(("tasvir", *path.relative_to(SOURCE).with_suffix("").parts)): path for path in SOURCE.rglob("*.py")}


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# -- commands ---------------------------------------------------------------------------------------------------------------


#: command -> its section of docs/commands.md; what holds for every study stands in the sections of "study NAME"
SECTIONS = {
    re.match(r"[a-z-]+( [a-z-]+)*( NAME(?= DATA))?", section).group(): section
    for section in re.split(r"^## tasvir ", text(ROOT / "docs" / "commands.md"), flags=re.MULTILINE)[1:]
}


def flags(command) -> set[str]:
    return {word for p in command.params if p.param_type_name == "option" for word in p.opts if word.startswith("--")}


#: Words of every command, and of every command that reads data.
SHARED = {"--help", "--json"} | {f"--{name.replace('_', '-')}" for name in LoadOptions.__dataclass_fields__}


def sections(words: str) -> list[str]:
    """The sections that speak of a command: its own; a study's is shared, and the study has an entry beside it."""
    *group, name = words.split()
    if words == MAIN:
        return [MAIN, "study NAME"]
    if group[:1] != ["study"] or name == "list":
        return [words]
    return [f"{' '.join(group)} NAME", *({"study NAME"} - {f"{' '.join(group)} NAME"}), MAIN if name == MAIN else f"study {name}"]


def test_docs_have_a_section_for_every_command_and_for_no_other():
    assert set(SECTIONS) == {section for words in COMMANDS for section in sections(words)}


@pytest.mark.parametrize("words", COMMANDS)
def test_every_flag_is_documented(words):
    named = {flag for section in sections(words) for flag in re.findall(r"--[a-z-]+", SECTIONS[section])}
    assert flags(COMMANDS[words]) - SHARED <= named


def test_the_flags_of_every_command_that_reads_data_are_documented():
    assert SHARED - set(re.findall(r"--[a-z-]+", text(ROOT / "docs" / "commands.md"))) == set()


@pytest.mark.parametrize("section", SECTIONS)
def test_every_documented_flag_is_there(section):
    named = set(re.findall(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*", SECTIONS[section]))
    spoken_of = [flags(command) for words, command in COMMANDS.items() if section in sections(words)]
    assert named <= set().union(*spoken_of) | {"--help", "--json"}


def shown_commands():
    """Each line of a code block that calls `tasvir`, with the page it stands on."""
    for page in PAGES:
        for block in re.findall(r"^```(?:sh|bash|console)?\n(.*?)^```", text(page), flags=re.MULTILINE | re.DOTALL):
            for line in block.splitlines():
                if found := re.match(r"\$?\s*(tasvir .*)", line):
                    yield pytest.param(found.group(1), id=f"{page.name}: {found.group(1)}")


@pytest.mark.parametrize("line", list(shown_commands()))
def test_a_shown_command_can_be_given(line):
    words = shlex.split(line, comments=True)[1:]
    group = typer.main.get_command(app)
    while hasattr(group, "commands"):
        group = group.get_command(None, words.pop(0))
    group.make_context("tasvir", words).close()


def test_shown_make_targets_are_there():
    targets = set(re.findall(r"^([a-z-]+):", text(ROOT / "Makefile"), flags=re.MULTILINE))
    for page in PAGES:
        assert set(re.findall(r"^make ([a-z-]+)|`make ([a-z-]+)`", text(page), flags=re.MULTILINE)) <= {
            pair for target in targets for pair in ((target, ""), ("", target))
        }, page


def test_every_study_is_documented():
    assert [study for study in STUDIES if sections(f"study {study}")[-1] not in SECTIONS] == []


# -- library ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", tasvir._HOMES)
def test_every_public_name_is_in_the_library_page(name):
    assert re.search(rf"`{name}\b", text(ROOT / "docs" / "library.md"))


def test_every_public_name_is_there():
    assert {name for name in tasvir.__all__ if not hasattr(tasvir, name)} == set()
    assert set(dir(tasvir)) >= set(tasvir._HOMES)
    with pytest.raises(AttributeError, match="no attribute 'Autoencodr'"):
        tasvir.Autoencodr  # noqa: B018


def dotted_names():
    for page in PAGES:
        for name in sorted(set(re.findall(r"`(tasvir(?:\.\w+)+)", text(page)))):
            yield pytest.param(name, id=f"{page.name}: {name}")


@pytest.mark.parametrize("name", list(dotted_names()))
def test_a_dotted_name_leads_somewhere(name):
    parts = name.split(".")
    for split in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:split]))
        except ModuleNotFoundError:
            continue
        for part in parts[split:]:
            found = getattr(found, part)
        return
    raise AssertionError(f"{name} is nowhere")


#: As numpydoc knows them: another head warns in every notebook.
HEADS = ("Parameters", "Raises", "References|Notes", "Examples")


@pytest.mark.parametrize("name", OURS)
def test_a_public_docstring_has_the_six_heads(name):
    shown = getattr(tasvir, name)
    doc = inspect.getdoc(shown)
    assert "?" in doc.splitlines()[0], "the first line is the question that it answers"
    outcome = "Attributes" if inspect.isclass(shown) and hasattr(shown, "fit") else "Returns"
    wanted = (*HEADS, outcome) if outcome == "Attributes" or not inspect.isclass(shown) else HEADS
    assert [head for head in wanted if not re.search(rf"^(?:{head})\n-+$", doc, re.MULTILINE)] == []


@pytest.mark.parametrize("name", OURS)
def test_a_public_docstring_names_every_parameter_and_no_other(name):
    shown = getattr(tasvir, name)
    section = re.search(r"^Parameters\n-+\n(.*?)(?=^\w+\n-+$|\Z)", inspect.getdoc(shown), re.MULTILINE | re.DOTALL).group(1)
    entries = [line.partition(":")[0] for line in re.findall(r"^\S.*$", section, re.MULTILINE)]
    named = {word.strip() for entry in entries for word in entry.split(",")}
    parameters = set(inspect.signature(shown).parameters)
    assert named == parameters


def documented(path: Path):
    """(what, its node) of a file: the file itself, its classes and its functions."""
    module = ast.parse(text(path))
    yield str(path.relative_to(SOURCE)), module
    for node in module.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            yield f"{path.relative_to(SOURCE)}: {node.name}", node


def test_every_file_class_and_function_says_what_it_is():
    silent = [what for path in MODULES.values() for what, node in documented(path) if node.body and not ast.get_docstring(node)]
    assert silent == []


WITH_EXAMPLES = [name for name, path in MODULES.items() if ">>>" in text(path)]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_in_docstrings_run(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name.removesuffix(".__init__"))
    assert doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE).failed == 0


# -- pages ------------------------------------------------------------------------------------------------------------------


def shown_python():
    for page in PAGES:
        for index, code in enumerate(re.findall(r"^```python\n(.*?)^```", text(page), flags=re.MULTILINE | re.DOTALL)):
            yield pytest.param(code, id=f"{page.name}-{index}")


@pytest.mark.parametrize("code", list(shown_python()))
def test_shown_python_runs(code, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "shown", "exec"), {})
    assert "print(" not in code or capsys.readouterr().out.strip()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_within_the_project_lead_somewhere(page):
    targets = re.findall(r"\]\(([^)#\s]+)", text(page))
    lost = [target for target in targets if not re.match(r"[a-z]+:", target) and not (page.parent / target).exists()]
    assert lost == []


def test_every_dependency_has_its_reason():
    listed = re.findall(r'^\s+"([a-z-]+)[><=]', text(ROOT / "pyproject.toml").partition("[project.optional")[0], re.MULTILINE)
    reasons = text(ROOT / "docs" / "dependencies.md").lower()
    assert listed
    assert [name for name in listed if name not in reasons] == []

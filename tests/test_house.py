"""The house keeps its plan: floors, names, sizes, what is never imported and never done; each check finds a planted fault."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "tasvir"
TESTS = Path(__file__).parent

FLOORS = {
    "contracts": 0,
    **dict.fromkeys(("data", "nets", "train", "measures", "records"), 1),
    "models": 2,
    **dict.fromkeys(("apply", "explain", "report"), 3),
    "studies": 4,
    "web": 5,
    "cli": 6,
}
NO_NAMES = {"utils", "util", "common", "helpers", "helper", "misc", "core", "base", "tools"}
#: Reading with these runs code out of a file.
NO_CALLS = {"pickle.load", "pickle.loads", "torch.load", "joblib.load", "marshal.loads", "shelve.open", "eval", "exec"}
#: (what, where) -> why it may be larger than its wall.
LARGER: dict[tuple[str, str], str] = {
    ("parameters", "studies/run.py:run_study"): "the one road of all studies: its words are the command's flags",
    ("parameters", "data/load.py:load_data"): "its signature is documented word by word; inside, one LoadOptions is passed",
    ("parameters", "models/vae.py:__init__"): "nine of seventeen are every training's; a spec for its bound would hide beta",
}
#: Lines of a file, docstrings apart: a test file is rather longer than split from what it shares.
MOST_LINES, MOST_LINES_OF_TESTS = 300, 400


# -- what a source file says ------------------------------------------------------------------------------------------


def files(root: Path) -> list[Path]:
    return sorted(root.rglob("*.py"))


def room(root: Path, path: Path) -> str:
    """The folder below the root; '' for the package's own `__init__`."""
    parts = path.relative_to(root).parts
    return parts[0] if len(parts) > 1 else ""


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(root: Path, path: Path) -> set[str]:
    """Every module that a file asks for: by a statement, lazy or not, or by a name in a string."""
    strings = {node.value for node in ast.walk(tree(path)) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return statements(root, path) | {name for name in strings if is_module(root, name)}


def statements(root: Path, path: Path) -> set[str]:
    """Every module that a file imports, lazily too, or through the package's shop window."""
    homes = shop_window(root)
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names if is_module(root, f"{module}.{alias.name}")}
            if module == "tasvir":
                found |= {homes[alias.name] for alias in node.names if alias.name in homes}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "tasvir":
            found |= {homes[node.attr]} if node.attr in homes else set()
    return found


def shop_window(root: Path) -> dict[str, str]:
    """The public names and their modules: the package's own, and those of the table of models, where the module comes first."""
    homes = {}
    for place in ("__init__.py", "models/names.py"):
        for node in ast.walk(tree(root / place)) if (root / place).is_file() else ():
            for key, value in zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ():
                home = value.args[0] if isinstance(value, ast.Call) else value
                if isinstance(key, ast.Constant) and isinstance(home, ast.Constant):
                    homes[key.value] = home.value
    return homes


def module_file(root: Path, name: str) -> Path | None:
    """The source file of one of our modules."""
    if not re.fullmatch(r"tasvir(\.\w+)+", name):
        return None
    path = root.joinpath(*name.split(".")[1:])
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.is_file()), None)


def module_name(root: Path, path: Path) -> str:
    return ".".join(("tasvir", *path.relative_to(root).with_suffix("").parts))


def is_module(root: Path, name: str) -> bool:
    return module_file(root, name) is not None


def called(node: ast.Call) -> str:
    return ast.unparse(node.func)


# -- the checks: each gives one line a fault ----------------------------------------------------------------------------


def floors(root: Path) -> Iterator[str]:
    """Imports go downwards only; rooms on one floor do not import each other; every import is absolute."""
    for path in files(root):
        own, where = room(root, path), path.relative_to(root)
        if own == "":
            continue  # the shop window names all rooms, lazily
        if own not in FLOORS:
            yield f"{where}: {own} is no room of the plan"
            continue
        for name in sorted(imported(root, path)):
            other = name.split(".")[1] if name.startswith("tasvir.") else own
            if name.startswith("."):
                yield f"{where}: relative import {name}"
            elif other != own and FLOORS.get(other, 99) >= FLOORS[own]:
                yield f"{where}: {own} (floor {FLOORS[own]}) imports {name} (floor {FLOORS.get(other, '?')})"


def circles(root: Path) -> Iterator[str]:
    """No file imports, by whatever way round and however late, a file that imports it; names in strings do not count."""
    reached = {path: {module_file(root, name) for name in statements(root, path)} - {path, None} for path in files(root)}
    try:
        TopologicalSorter(reached).prepare()
    except CycleError as error:
        yield "a circle: " + " <- ".join(str(path.relative_to(root)) for path in error.args[1])


def machinery_below_families(root: Path) -> Iterator[str]:
    """What runs any study imports none of them; the table of studies names them in strings."""
    families = root / "studies" / "families"
    for path in files(root / "studies"):
        if not path.is_relative_to(families):
            for name in sorted(statements(root, path)):
                if name.startswith("tasvir.studies.families"):
                    yield f"{path.relative_to(root)}: the machinery imports {name}"


def report_without_torch(root: Path) -> Iterator[str]:
    """Nothing that the report can reach imports torch."""
    waiting = [path for path in files(root) if room(root, path) == "report"]
    seen = set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        for name in imported(root, path):
            if "torch" in name.split("."):
                yield f"{path.relative_to(root)}: the report reaches {name}"
            if ours := module_file(root, name):
                waiting.append(ours)


def forbidden_names(root: Path) -> Iterator[str]:
    """No room and no file is called after nothing."""
    for path in root.rglob("*"):
        if path.stem.strip("_") in NO_NAMES and "__pycache__" not in path.parts:
            yield f"{path.relative_to(root)}: say what it is about"


def forbidden_acts(root: Path) -> Iterator[str]:
    """No torchvision, nothing unpickled, no code run out of a file, no **kwargs at a public door."""
    for path in files(root):
        where = path.relative_to(root)
        for name in imported(root, path):
            if name.split(".")[0] in {"torchvision", "pickle", "dill", "cloudpickle", "marshal", "shelve"}:
                yield f"{where}: imports {name}"
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and called(node) in NO_CALLS:
                yield f"{where}:{node.lineno}: {called(node)}"
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle" and getattr(node.value, "value", None) is not False:
                yield f"{where}:{node.value.lineno}: allow_pickle"
        if module_name(root, path) not in shop_window(root).values():
            continue
        for function in public_functions(tree(path)):
            if function.args.kwarg and function.name != "set_params":  # scikit-learn's own signature
                yield f"{where}: {function.name} takes **{function.args.kwarg.arg}"


def public_functions(module: ast.Module) -> Iterator[ast.FunctionDef]:
    for scope in (module, *(node for node in module.body if isinstance(node, ast.ClassDef))):
        yield from (node for node in scope.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"))


def by_position(root: Path) -> Iterator[str]:
    """No function takes more than three parameters by position, self and cls apart; whoever calls it names the others."""
    for path in files(root):
        where = path.relative_to(root).as_posix()
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and len(positional(node)) > 3:
                yield f"{where}:{node.name}: {len(positional(node))} parameters by position, the wall is 3"


def positional(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """Parameters that a caller may give without their names; Python itself calls `__exit__` and the like."""
    if re.fullmatch(r"__(?!init__|call__)\w+__", function.name):
        return []
    arguments = function.args
    return [a.arg for a in (*arguments.posonlyargs, *arguments.args) if a.arg not in {"self", "cls"}]


def sizes(root: Path) -> Iterator[str]:
    """File 300 lines (of tests 400), docstrings apart, function body 50, class 250 and 12 public methods, 8 parameters (an
    estimator's constructor 16)."""
    most_lines = MOST_LINES_OF_TESTS if root == TESTS else MOST_LINES
    for path in files(root):
        where = str(path.relative_to(root))
        for what, name, size, wall in measured(path, most_lines):
            key = (what, f"{where}:{name}" if name else where)
            if size > wall and key not in LARGER:
                yield f"{key[1]}: {what} {size}, the wall is {wall}"


def measured(path: Path, most_lines: int = MOST_LINES) -> Iterator[tuple[str, str, int, int]]:
    module = tree(path)
    yield "lines", "", len(path.read_text(encoding="utf-8").splitlines()) - docstring_lines(module), most_lines
    constructors = set()
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef):
            methods = [item for item in node.body if isinstance(item, ast.FunctionDef)]
            yield "class lines", node.name, node.end_lineno - node.lineno + 1, 250
            yield "public methods", node.name, sum(not method.name.startswith("_") for method in methods), 12
            if any(method.name == "fit" for method in methods):
                constructors |= {id(method) for method in methods if method.name == "__init__"}
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            yield "body lines", node.name, node.end_lineno - body[0].lineno + 1 if body else 0, 50
            yield "parameters", node.name, n_parameters(node), 16 if id(node) in constructors else 8


def docstring_lines(module: ast.Module) -> int:
    scopes = (node for node in ast.walk(module) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef))
    docstrings = [scope.body[0] for scope in scopes if ast.get_docstring(scope) is not None]
    return sum(docstring.end_lineno - docstring.lineno + 1 for docstring in docstrings)


def n_parameters(function: ast.FunctionDef) -> int:
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return len([a for a in named if a.arg not in {"self", "cls"}]) + bool(arguments.vararg) + bool(arguments.kwarg)


CHECKS: list[Callable[[Path], Iterator[str]]] = [
    floors,
    circles,
    machinery_below_families,
    report_without_torch,
    forbidden_names,
    forbidden_acts,
    by_position,
    sizes,
]


# -- the house as it stands ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_house_keeps_its_plan(check):
    assert sorted(set(check(SOURCE))) == []


@pytest.mark.parametrize("check", [forbidden_names, sizes], ids=lambda check: check.__name__)
def test_so_do_its_tests(check):
    assert sorted(set(check(TESTS))) == []


def test_no_exception_outlives_its_reason():
    found = {
        (what, f"{path.relative_to(SOURCE)}:{name}" if name else str(path.relative_to(SOURCE)))
        for path in files(SOURCE)
        for what, name, size, wall in measured(path)
        if size > wall
    }
    assert set(LARGER) <= found


def test_tests_mirror_the_rooms():
    rooms = {path.name for path in SOURCE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    folders = {path.name for path in TESTS.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == rooms


LONG = "def f():\n" + "    x = 1\n" * 51
LATE = "def f():\n    from tasvir.records import run\n"
FAMILY = "def f():\n    from tasvir.studies.families.planted import STUDY\n"
PLANTED = [
    (floors, "data/planted.py", "import tasvir.models.autoencoder\n", "data (floor 1) imports tasvir.models.autoencoder"),
    (floors, "data/planted.py", "def f():\n    from tasvir.nets.dense import DenseSpec\n", "data (floor 1) imports tasvir.nets"),
    (floors, "data/planted.py", "from tasvir.measures import interval\n", "imports tasvir.measures.interval"),
    (floors, "train/planted.py", "from tasvir import Autoencoder\n", "imports tasvir.models.autoencoder"),
    (floors, "train/planted.py", "import tasvir\ntasvir.Autoencoder()\n", "imports tasvir.models.autoencoder"),
    (floors, "train/planted.py", "HOME = 'tasvir.models.autoencoder'\n", "imports tasvir.models.autoencoder"),
    (floors, "models/planted.py", "from . import autoencoder\n", "relative import"),
    (floors, "attic/planted.py", "", "attic is no room"),
    (circles, "records/record.py", LATE, "a circle: records/"),
    (circles, "records/record.py", "import tasvir.records.journal\n", "a circle: records/"),
    (machinery_below_families, "studies/planted.py", FAMILY, "studies/planted.py: the machinery imports tasvir.studies.fam"),
    (report_without_torch, "report/planted.py", "def f():\n    import torch\n", "the report reaches torch"),
    (report_without_torch, "records/journal.py", "from safetensors.torch import load_file\n", "reaches safetensors.torch"),
    (forbidden_names, "data/utils.py", "", "data/utils.py"),
    (forbidden_names, "helpers/dense.py", "", "helpers: say what it is about"),
    (forbidden_acts, "data/planted.py", "import torchvision.transforms\n", "imports torchvision"),
    (forbidden_acts, "data/planted.py", "def _f(torch):\n    torch.load('x')\n", "torch.load"),
    (forbidden_acts, "data/planted.py", "from pickle import load\n", "imports pickle"),
    (forbidden_acts, "data/planted.py", "def _f(np, yes):\n    np.load('x', allow_pickle=yes)\n", "allow_pickle"),
    (forbidden_acts, "data/load.py", "def f(**words):\n    pass\n", "f takes **words"),
    (by_position, "records/planted.py", "def f(a, b, c, d): ...\n", "f: 4 parameters by position, the wall is 3"),
    (by_position, "records/planted.py", "def f(a, b, /, c, d=0): ...\n", "f: 4 parameters by position"),
    (by_position, "records/planted.py", "class C:\n    def __init__(self, a, b, c, d): ...\n", "__init__: 4 parameters"),
    (sizes, "data/planted.py", '"""What."""\n' + "x = 1\n" * 301, "lines 301, the wall is 300"),
    (sizes, "data/planted.py", LONG, "body lines 51, the wall is 50"),
    (sizes, "data/planted.py", "def f(a, b, c, d, *, e, f, g, h, i): ...\n", "parameters 9, the wall is 8"),
    (sizes, "data/planted.py", "class C:\n" + "".join(f"    def m{i}(self): ...\n" for i in range(13)), "public methods 13"),
    (sizes, "data/planted.py", "class C:\n" + "    x = 1\n" * 250, "class lines 251"),
]


@pytest.mark.parametrize(("check", "where", "text", "says"), PLANTED, ids=[f"{p[0].__name__}-{p[3]}" for p in PLANTED])
def test_a_planted_fault_is_found(check, where, text, says, tmp_path):
    root = tmp_path / "tasvir"
    shutil.copytree(SOURCE, root, ignore=shutil.ignore_patterns("__pycache__"))
    (root / where).parent.mkdir(exist_ok=True)
    (root / where).write_text(text)
    assert any(says in fault for fault in check(root))


def test_a_table_may_name_what_stands_above(tmp_path):
    (tmp_path / "studies").mkdir()
    (tmp_path / "models").mkdir()
    for shop in ("__init__.py", "models/names.py"):
        (tmp_path / shop).write_text("HOMES = {}\n")
    (tmp_path / "studies" / "study.py").write_text("STUDIES = {'run': 'tasvir.studies.families.run'}\n")
    (tmp_path / "studies" / "families").mkdir()
    (tmp_path / "studies" / "families" / "run.py").write_text("import tasvir.studies.study\n")
    assert [*circles(tmp_path), *machinery_below_families(tmp_path)] == []


HEAVY = ("torch", "matplotlib", "sklearn", "scipy", "pandas", "jinja2")
LOADED = f"import sys; print(sorted(set({HEAVY!r}) & set(sys.modules)))"


@pytest.mark.parametrize("statement", ["import tasvir", "import tasvir.cli.door", "from tasvir import load_data, open_run"])
def test_nothing_heavy_is_loaded_at_the_door(statement):
    done = subprocess.run([sys.executable, "-c", f"{statement}; {LOADED}"], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_it_imports_beside_a_broken_torchvision(tmp_path):
    (tmp_path / "torchvision.py").write_text("raise RuntimeError('operator torchvision::nms does not exist')\n")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from tasvir import *; Autoencoder(), ImageClassifier()"
    subprocess.run([sys.executable, "-c", code], check=True)

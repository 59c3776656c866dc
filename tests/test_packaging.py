"""How the house is built: three floors, imports that only go down, and only what is shipped."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import autograd_lite

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("autograd_lite", "nn", "viz")  # the ground floor first
FILES = [path for floor in FLOORS for path in sorted((ROOT / floor).rglob("*.py"))]
EXTRAS = {
    *("matplotlib", "rich", "sklearn", "IPython", "anywidget", "onnx", "safetensors"),
    *("numba", "jax"),
}
TESTS = sorted((ROOT / "tests").rglob("*.py"))
COURSE = sorted((ROOT / "notebooks").rglob("*.py"))
TEXT = {".py", ".js", ".css", ".html", ".md", ".json", ".txt", ".svg", ".toml", ".yml", ".yaml"}
# A table may be as long as it has rows, and what is printed from it as well.
LONG = {"autograd_lite/rules.py", "autograd_lite/value_operators.py"}
LINES = 400

# What runs a compiled program where it is installed, imported when it is asked for.
BACKENDS = {"autograd_lite/loops.py": {"numba"}, "autograd_lite/on_jax.py": {"jax"}}


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of every absolute import, inside functions and by a quoted name too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, node.module or ""
        elif isinstance(node, ast.Call):
            function = node.func
            name = getattr(function, "attr", None) or getattr(function, "id", None)
            if name in ("import_module", "__import__") and isinstance(node.args[0], ast.Constant):
                yield node.lineno, str(node.args[0].value)


def tops(path: Path) -> list[tuple[str, str]]:
    """Where, and the top-level package of every absolute import of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [(f"{short(path)}:{line}", name.partition(".")[0]) for line, name in imported(tree)]


def test_the_three_packages_were_found() -> None:
    # The other tests look through FILES: were it empty, they would hold of nothing.
    for floor in FLOORS:
        assert ROOT / floor / "__init__.py" in FILES
        assert (ROOT / floor / "py.typed").is_file()


def test_a_file_can_be_read_in_one_sitting() -> None:
    files = [*FILES, *(ROOT / "benchmarks").glob("*.py")]
    lengths = {short(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {name for name, lines in lengths.items() if lines > LINES} <= LONG
    assert set(lengths) >= LONG, "an exception that is not needed any more"


@pytest.mark.parametrize("path", FILES, ids=short)
def test_imports_only_go_down(path: Path) -> None:
    floor = FLOORS.index(path.relative_to(ROOT).parts[0])
    upward = [
        f"{where} imports {name}" for where, name in tops(path) if name in FLOORS[floor + 1 :]
    ]
    assert not upward


@pytest.mark.parametrize("path", FILES, ids=short)
def test_inside_a_package_imports_are_relative(path: Path) -> None:
    own = path.relative_to(ROOT).parts[0]
    absolute = [f"{where} imports {name}" for where, name in tops(path) if name == own]
    assert not absolute


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.is_relative_to(ROOT / "autograd_lite")], ids=short
)
def test_the_engine_needs_numpy_and_the_standard_library_alone(path: Path) -> None:
    allowed = sys.stdlib_module_names | {"numpy"} | BACKENDS.get(short(path), set())
    others = [f"{where} imports {name}" for where, name in tops(path) if name not in allowed]
    assert not others


# --- no circles -----------------------------------------------------------------------------------


def at_import(tree: ast.Module) -> Iterator[ast.ImportFrom]:
    """The relative imports that run when the file is imported: those outside every function."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.ImportFrom) and node.level:
            yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
            continue
        waiting += ast.iter_child_nodes(node)


def needs(path: Path) -> set[str]:
    """The files of the same package that must be there before this one."""
    found = set()
    for node in at_import(ast.parse(path.read_text(encoding="utf-8"))):
        folder = path.parents[node.level - 1]
        base = folder.joinpath(*(node.module or "").split(".")) if node.module else folder
        for alias in node.names:
            # `from .rules import add` needs rules.py; `from . import rules` needs it too, and
            # `from . import add` needs what __init__.py makes of itself.
            candidates = (base / f"{alias.name}.py", base / alias.name / "__init__.py")
            files = (*candidates, base.with_suffix(".py"), base / "__init__.py")
            target = next((file for file in files if file.is_file()), None)
            assert target is not None, f"{short(path)}:{node.lineno}: {ast.unparse(node)}: no file"
            found.add(short(target))
    return found


@pytest.mark.parametrize("floor", FLOORS)
def test_no_file_of_a_package_needs_itself_in_a_circle(floor: str) -> None:
    graph = {short(path): needs(path) for path in FILES if path.is_relative_to(ROOT / floor)}
    assert sum(map(len, graph.values())) >= len(graph) - 1, "hardly an import was found"
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail("imports in a circle: " + " <- ".join(error.args[1]))


# --- what an import brings in ---------------------------------------------------------------------


def loaded_by(statement: str) -> set[str]:
    """Top-level modules that are not of the standard library, after a statement in a new Python."""
    code = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split()) - sys.stdlib_module_names


def test_importing_the_engine_brings_in_numpy_alone() -> None:
    assert loaded_by("import autograd_lite") - loaded_by("import numpy") == {"autograd_lite"}


@pytest.mark.parametrize("statement", ["import nn", "import viz, viz.cli, viz.demo"])
def test_importing_the_upper_floors_needs_no_extra(statement: str) -> None:
    loaded = loaded_by(statement)
    assert "autograd_lite" in loaded
    assert not loaded & EXTRAS


def test_importing_nn_does_not_bring_in_viz() -> None:
    assert not loaded_by("import nn") & {"viz", "graphviz"}


# --- what is asked for, and what is shipped -------------------------------------------------------


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def asked_for(extra: str | None = None) -> set[str]:
    """The packages that pip installs for autograd-lite, with an extra or with none."""
    extras = project()["optional-dependencies"]
    found, waiting = set(), [*project()["dependencies"], *(extras[extra] if extra else [])]
    while waiting:
        requirement = waiting.pop()
        name = re.match(r"[\w.-]+", requirement).group().lower()
        if name == "autograd-lite":
            named = re.search(r"\[(.+)\]", requirement).group(1).split(",")
            waiting += [more for one in named for more in extras[one.strip()]]
        else:
            found.add(name)
    return found


def not_asked_for(paths: list[Path], packages: set[str]) -> set[str]:
    """Where a file imports what neither Python nor one of the packages brings."""
    beside = {path.stem for path in TESTS} | {"course", "sheets", "benchmarks", "build"}
    known = sys.stdlib_module_names | set(FLOORS) | beside
    owners = packages_distributions()
    return {
        f"{where} imports {name}"
        for path in paths
        for where, name in tops(path)
        if name not in known and not packages & {o.lower() for o in owners.get(name, [name])}
    }


def test_the_test_extra_brings_all_that_the_tests_import() -> None:
    assert TESTS
    assert not not_asked_for(TESTS, asked_for("test"))


def test_the_notebooks_extra_brings_all_that_the_notebooks_import() -> None:
    assert COURSE
    assert not not_asked_for(COURSE, asked_for("notebooks") | {"jupyter_client"})


def test_the_packages_import_nothing_that_no_extra_brings() -> None:
    extras = project()["optional-dependencies"]
    assert not not_asked_for(FILES, set().union(*map(asked_for, extras)))


def test_nothing_names_a_folder_of_a_machine() -> None:
    folder = re.compile(r"(?<![\w.\])}])/(?:work|tmp|root|home|opt|Users)/|\b[A-Z]:\\Users\b")
    places = (*FLOORS, "tests", "notebooks", "benchmarks", ".github")
    files = [p for place in places for p in sorted((ROOT / place).rglob("*")) if p.is_file()]
    files = [p for p in (*files, *sorted(ROOT.glob("*.*"))) if p.suffix in {*TEXT, ".ipynb"}]
    files += [p for p in (ROOT / ".ci" / "run", ROOT / "LICENSE") if p.is_file()]
    assert {*FILES, *TESTS, ROOT / "README.md", ROOT / "pyproject.toml"} <= set(files)
    found = [
        f"{short(path)}:{number}: {line.strip()}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if folder.search(line)
    ]
    assert not found


def test_one_version_everywhere() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    version = project()["version"]
    assert autograd_lite.__version__ == version
    assert re.search(r"^## \[(\S+)\]", changes, re.MULTILINE).group(1) == version


def test_the_readme_marks_its_two_commands_for_ci() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, word in (("demo", "autograd-lite demo"), ("test", "pytest")):
        blocks = re.findall(rf"^<!-- ci: {name} -->\n```sh\n(.+?)\n```$", readme, re.M | re.S)
        assert len(blocks) == 1
        assert blocks[0].startswith("pip install ")
        assert word in blocks[0]


def test_the_operation_added_in_contributing_works_as_it_says(tmp_path: Path) -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (row,) = re.findall(r"^```python\n(gaussian = elementwise\(\n.*?)^```$", page, re.M | re.S)
    (command,) = re.findall(r'^python -c "(from autograd_lite\.print_operators .+)"$', page, re.M)
    (printed,) = re.findall(r"^```python\n(y = .*?)^```$", page, re.M | re.S)
    shutil.copytree(
        ROOT / "autograd_lite",
        tmp_path / "autograd_lite",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    with (tmp_path / "autograd_lite" / "rules.py").open("a", encoding="utf-8") as table:
        table.write(f"\n{row}")

    def run(code: str, *arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr

    run(command)
    operators = (tmp_path / "autograd_lite" / "value_operators.py").read_text(encoding="utf-8")
    method = operators.partition("    def gaussian(self)")[2].partition("    def ")[0]
    assert [line.strip() for line in printed.splitlines()] == [
        line.strip() for line in method.splitlines() if line.strip() in printed.splitlines()
    ]
    # The page's examples, in the copy that has the row.
    run(
        "import doctest, sys\n"
        "flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE\n"
        "done = doctest.testfile(sys.argv[1], module_relative=False, optionflags=flags)\n"
        "sys.exit(done.failed or done.attempted < 8)",
        str(ROOT / "CONTRIBUTING.md"),
    )

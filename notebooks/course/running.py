"""The notebooks as files: read from their sources, run in a fresh kernel, and saved.

The source is `NN_name.py` in jupytext's percent format; beside it stands `NN_name.ipynb`, the same
cells with what they show. Nothing is saved that changes from run to run: no times, no random names.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import jupytext
import nbformat

FOLDER = Path(__file__).resolve().parents[1]
LIMIT = 300  # seconds, at most, for one cell
WIDGET = "application/vnd.jupyter.widget-view+json"
TAGS = {
    "exercise": "an exercise, left blank",
    "predict": "its output is folded in JupyterLab until the reader runs it",
    "varying": "its numbers may differ from run to run",
    "raises": "it ends with an error, on purpose",
    "setup": "imports; nothing to read",
}
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
# Of a learner's machine, or of one moment.
PASSING = re.compile(r"\b0x[0-9a-fA-F]{6,}\b|<ipython-input|ipykernel_\d+")


class NotebookError(Exception):
    """A notebook does not run, or shows what it must not show."""


def sources(names: list[str] | None = None) -> list[Path]:
    """The sources in order: all, or those whose name begins with one of `names`."""
    found = sorted(FOLDER.glob("[0-9][0-9]_*.py"))
    if not names:
        return found
    wanted = [Path(name).stem for name in names]
    chosen = [path for path in found if path.stem.startswith(tuple(wanted))]
    if missing := [w for w in wanted if not any(p.stem.startswith(w) for p in found)]:
        there = ", ".join(path.stem for path in found)
        raise NotebookError(f"There is no notebook {', '.join(missing)}. There are {there}.")
    return chosen


def read(source: Path) -> Any:
    """The notebook of a source, without outputs, as it is saved: the same ids at every reading."""
    text = source.read_text(encoding="utf-8")
    cells = jupytext.reads(text, fmt="py:percent").cells
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": KERNEL, "language_info": LANGUAGE})
    for number, cell in enumerate(cells, 1):
        cell["id"] = f"cell-{number:02d}"
        tags = cell.metadata.get("tags", [])
        if unknown := set(tags) - set(TAGS):
            raise NotebookError(f"{source.name}, {cell.id}: no such tag: {unknown}; see {[*TAGS]}")
        if "predict" in tags:
            cell.metadata["collapsed"] = True
            cell.metadata["jupyter"] = {"outputs_hidden": True}
        notebook.cells.append(cell)
    return notebook


# JupyterLab shows the first line of what it folds, which must not be the answer.
FOLDED = {"text/html": "", "text/plain": "Predict first. Then run the cell."}
LANGUAGE = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}


def saved(source: Path) -> Any:
    """The notebook that stands beside a source. Raises NotebookError if there is none."""
    path = source.with_suffix(".ipynb")
    if not path.is_file():
        raise NotebookError(f"{path.name} is not there: python notebooks/build.py {source.stem}")
    return nbformat.read(path, as_version=4)


def save(notebook: Any, source: Path) -> Path:
    """Write a notebook beside its source."""
    path = source.with_suffix(".ipynb")
    nbformat.validate(notebook)
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    return path


def run(source: Path, rehearsing: bool = True) -> Any:
    """Run a notebook in a kernel of its own, from top to bottom, with the exercises blank.

    rehearsing: after each blank its solution is tried in a copy of the names.
    Raises NotebookError where a cell fails, complains, or shows what changes from run to run, where
    a blank is not told that it is one, and where a solution is not accepted.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = read(source)
    # One thread: the numbers depend less on the machine, and two notebooks can run at a time.
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=LIMIT,
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(FOLDER)}},
    )
    with client.setup_kernel(cwd=str(FOLDER), stderr=subprocess.DEVNULL):  # a word about TCP
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code":
                continue
            where = f"{source.name}, {cell.id}"
            tags = cell.metadata.get("tags", [])
            wanted = "raises" in tags
            client.allow_errors = wanted
            try:
                client.execute_cell(cell, index)
            except CellExecutionError as error:
                raise NotebookError(f"{where} fails:\n{cell.source}\n\n{error}") from None
            cell.outputs = _joined([o for o in map(_settled, cell.outputs) if o is not None])
            if "predict" in tags:
                cell.outputs.insert(0, nbformat.v4.new_output("display_data", dict(FOLDED)))
            if wanted and not any(o.output_type == "error" for o in cell.outputs):
                raise NotebookError(f"{where} is tagged 'raises' and raises nothing.")
            _look(cell, where)
            if rehearsing and "exercise" in tags:
                _rehearse(client, index, where)
    del notebook.metadata["language_info"]  # it names the version of Python that ran it
    notebook.metadata["language_info"] = LANGUAGE
    return notebook


def _rehearse(client: Any, index: int, where: str) -> None:
    cell = client.nb.cells[index]
    code = f"import course.exercises as __; __.rehearse({cell.source!r}, globals())"
    trial = nbformat.v4.new_code_cell(code)
    client.allow_errors = True
    client.execute_cell(trial, index, store_history=False)
    client.nb.cells[index] = cell
    for output in trial.outputs:
        if output.output_type == "error":
            words = "\n".join(output.traceback) or f"{output.ename}: {output.evalue}"
            raise NotebookError(f"{where}: the solution is not accepted.\n{cell.source}\n\n{words}")


def _settled(output: Any) -> Any:
    """An output as it is saved; None for what only a live kernel can show."""
    if WIDGET in output.get("data", {}):
        return None
    if "data" in output:
        for kind, content in output.data.items():
            if kind == "text/html":
                output.data[kind] = re.sub(r'data-walk="[0-9a-f]+"', 'data-walk=""', content)
    if output.output_type == "error":
        # Colours and line numbers of this Python say nothing to a reader.
        output.traceback = [_uncoloured(line) for line in output.traceback][-1:]
    return output


def _joined(outputs: list[Any]) -> list[Any]:
    """Outputs in which what was printed in pieces, as time had it, is one text."""
    found: list[Any] = []
    for output in outputs:
        kind = (output.output_type, output.get("name"))
        if found and kind[0] == "stream" and kind == (found[-1].output_type, found[-1].get("name")):
            found[-1].text += output.text
        else:
            found.append(output)
    return found


def _uncoloured(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def _look(cell: Any, where: str) -> None:
    """Raise NotebookError for outputs that no reader should see."""
    tags = cell.metadata.get("tags", [])
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stderr":
            raise NotebookError(f"{where} complains:\n{output.text}")
        for text in texts(output):
            if found := PASSING.search(text):
                raise NotebookError(f"{where} shows {found.group()}, another at every run.")
    if "exercise" in tags and not any("Not answered yet" in t for t in said(cell)):
        raise NotebookError(f"{where} is an exercise, and its blank is not told so.")


def texts(output: Any) -> list[str]:
    """The plain text of an output."""
    if output.output_type == "stream":
        return [output.text]
    if output.output_type == "error":
        return [*output.traceback]
    return [output.data["text/plain"]] if "text/plain" in output.data else []


def said(cell: Any) -> list[str]:
    """The plain text of all outputs of a cell."""
    return [text for output in cell.outputs for text in texts(output)]

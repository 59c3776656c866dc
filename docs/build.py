"""Builds the documentation as a folder of pages that needs nothing from outside.

    python docs/build.py [FOLDER]        # build/site if none is given

Pages are the README, the Markdown of this folder, the notebooks with their saved outputs, the rule
table, and the reference that `pdoc` makes of the docstrings. Any broken link inside is an error.
"""

from __future__ import annotations

import argparse
import html
import re
import shutil
import sys
import warnings
from pathlib import Path
from typing import Any

import latex2mathml.converter
import nbformat
import pdoc
import pdoc.render
from markdown_it import MarkdownIt
from mdit_py_plugins.anchors import anchors_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE))

from diagrams import architecture_svg  # noqa: E402
from rule_table import rule_table  # noqa: E402

PAGES = {  # name of the page: (title, where its Markdown is)
    "index": ("autograd-lite", ROOT / "README.md"),
    "architecture": ("Architecture", HERE / "architecture.md"),
    "rules": ("The rule table", None),
    "numpy": ("NumPy, function by function", HERE / "numpy.md"),
    "benchmarks": ("Beside the peers", HERE / "benchmarks.md"),
    "contributing": ("Contributing", ROOT / "CONTRIBUTING.md"),
    "changelog": ("Changes", ROOT / "CHANGELOG.md"),
}
PACKAGES = ("autograd_lite", "nn", "viz")


class SiteError(Exception):
    """The site would have a broken link, or lacks a page."""


def main() -> None:
    """Build the site, and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", nargs="?", default=ROOT / "build" / "site", type=Path)
    folder = parser.parse_args().folder
    try:
        count = build(folder)
    except SiteError as error:
        sys.exit(f"docs/build.py: {error}")
    print(f"{count} pages in {folder}; open {folder / 'index.html'}")


def build(folder: Path) -> int:
    """Write all pages into the folder, anew; gives how many there are."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "course").mkdir(parents=True)
    style = (HERE / "site.css").read_text(encoding="utf-8")
    light, dark = (
        HtmlFormatter(style=name, nobackground=True).get_style_defs(".code")
        for name in ("friendly", "github-dark")
    )
    style += f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"
    style += ".code .err { border: 0; color: inherit; background: none }\n"  # a sign as any other
    (folder / "site.css").write_text(style, encoding="utf-8")
    for picture in [*HERE.glob("*.svg"), *HERE.glob("*.png")]:
        shutil.copy(picture, folder)
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    titles = {path.stem: _title(path) for path in notebooks}
    for name, (title, source) in PAGES.items():
        if source is None:
            body = _markdown(rule_table())
        elif source.exists():
            body = _markdown(_moved(source.read_text(encoding="utf-8"), source, folder))
        else:
            continue
        if name == "architecture":
            body = body.replace("<!-- diagram -->", architecture_svg())
        _write(folder / f"{name}.html", title, body, titles, "")
    course = ROOT / "notebooks" / "README.md"
    body = _markdown(_moved(course.read_text(encoding="utf-8"), course, folder))
    _write(folder / "course" / "index.html", "The course", body, titles, "../")
    for path in notebooks:
        _write(
            folder / "course" / f"{path.stem}.html",
            titles[path.stem],
            _notebook(path),
            titles,
            "../",
        )
    for extra in (ROOT / "notebooks").glob("*.html"):
        shutil.copy(extra, folder / "course")
    # pdoc also tries to read the lambdas that methods are made of as statements
    warnings.filterwarnings("ignore", message="Error parsing source code", module="pdoc")
    pdoc.render.configure(docformat="markdown", show_source=False, math=False, search=True)
    pdoc.pdoc(*PACKAGES, output_directory=folder / "reference")
    check_links(folder)
    return len(list(folder.rglob("*.html")))


# --- Markdown -------------------------------------------------------------------------------------


def _code(text: str, language: str, _: str) -> str:
    try:
        lexer = get_lexer_by_name({"sh": "bash"}.get(language, language or "text"))
    except ClassNotFound:
        lexer = get_lexer_by_name("text")
    return highlight(text, lexer, HtmlFormatter(nowrap=True))


def _math(text: str, options: dict[str, Any]) -> str:
    display = "block" if options["display_mode"] else "inline"
    return latex2mathml.converter.convert(text, display=display)


def _markdown(text: str) -> str:
    reader = MarkdownIt("commonmark", {"highlight": _code, "html": True}).enable("table")
    reader.use(dollarmath_plugin, renderer=_math, double_inline=True)
    reader.use(anchors_plugin, max_level=4)
    body = reader.render(text)
    body = re.sub(r"<pre><code[^>]*>", '<pre class="code"><code>', body)
    return re.sub(r"<table>", '<div class="wide"><table>', body).replace(
        "</table>", "</table></div>"
    )


def _moved(text: str, source: Path, folder: Path) -> str:
    """The Markdown with its links to files of the repository leading to the pages made of them."""
    made = {path: f"{name}.html" for name, (_, path) in PAGES.items() if path and path.exists()}
    made |= {p: f"course/{p.stem}.html" for p in (ROOT / "notebooks").glob("*.ipynb")}
    made |= {p.with_suffix(".py"): page for p, page in made.items() if p.suffix == ".ipynb"}
    made[HERE / "rule_table.py"] = "rules.html"
    made[ROOT / "notebooks" / "README.md"] = made[ROOT / "notebooks"] = "course/index.html"
    up = "../" if source.parent.name == "notebooks" else ""

    def target(match: re.Match[str]) -> str:
        path, _, anchor = match[2].partition("#")
        if not path or "://" in path or path.startswith("mailto:"):
            return match[0]
        file = (source.parent / path).resolve()
        anchor = f"#{anchor}" if anchor else ""
        if file in made:
            return f"{match[1]}({up}{made[file]}{anchor})"
        if file.suffix in (".svg", ".png") and file.parent == HERE:
            return f"{match[1]}({up}{file.name})"
        if file.exists():  # a file that has no page: its name alone
            return match[1].lstrip("!")[1:-1]
        raise SiteError(f"{source.name}: there is no {path}.")

    def picture(match: re.Match[str]) -> str:
        file = (source.parent / match[2]).resolve()
        return f'{match[1]}{up}{file.name}"' if file.parent == HERE else match[0]

    text = re.sub(r'(src(?:set)?=")([^":]+)"', picture, text)
    return re.sub(r"(!?\[[^\]]*\])\(([^)\s]+)\)", target, text)


# --- notebooks ------------------------------------------------------------------------------------


def _title(path: Path) -> str:
    first = nbformat.read(path, as_version=4).cells[0].source.splitlines()[0]
    return first.lstrip("# ").strip()


def _notebook(path: Path) -> str:
    parts = []
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            parts.append(_markdown(_moved(cell.source, path, path.parent)))
        elif cell.cell_type == "code":
            parts.append(
                f'<pre class="code cell"><code>{_code(cell.source, "python", "")}</code></pre>'
            )
            parts += [_output(output) for output in cell.outputs]
    return "\n".join(parts)


def _output(output: Any) -> str:
    if output.output_type == "stream":
        return f'<pre class="output">{html.escape(output.text)}</pre>'
    if output.output_type == "error":
        return f'<pre class="output">{html.escape(output.ename + ": " + output.evalue)}</pre>'
    data = output.data
    if "text/html" in data:
        return f'<div class="output">{data["text/html"]}</div>'
    if "image/svg+xml" in data:
        return f'<div class="output">{data["image/svg+xml"]}</div>'
    if "image/png" in data:
        return (
            f'<img class="output" alt="" src="data:image/png;base64,{data["image/png"].strip()}">'
        )
    if "text/markdown" in data:
        return _markdown(data["text/markdown"])
    return f'<pre class="output">{html.escape(data.get("text/plain", ""))}</pre>'


# --- pages ----------------------------------------------------------------------------------------


def _write(path: Path, title: str, body: str, course: dict[str, str], up: str) -> None:
    pages = [(f"{name}.html", told) for name, (told, source) in PAGES.items()
             if source is None or source.exists()]  # fmt: skip
    links = "".join(_link(up + where, told, path) for where, told in pages)
    lessons = "".join(_link(f"{up}course/{stem}.html", told, path) for stem, told in course.items())
    text = (HERE / "page.html").read_text(encoding="utf-8")
    for mark, value in {
        "TITLE": html.escape(title if title == "autograd-lite" else f"{title} - autograd-lite"),
        "UP": up,
        "PAGES": links,
        "LESSONS": _link(f"{up}course/index.html", "Contents", path) + lessons,
        "BODY": body,
    }.items():
        text = text.replace(f"{{{{{mark}}}}}", value)
    path.write_text(text, encoding="utf-8")


def _link(where: str, told: str, page: Path) -> str:
    here = ' aria-current="page"' if Path(where).name == page.name and (
        ("course/" in where) == (page.parent.name == "course")) else ""  # fmt: skip
    return f'<li><a href="{where}"{here}>{html.escape(told)}</a></li>'


def check_links(folder: Path) -> None:
    """Raise SiteError if a page leads to a page, or to a place in one, or shows a picture, that is
    not there.
    """
    pages = {path.resolve(): path.read_text(encoding="utf-8") for path in folder.rglob("*.html")}
    wrong = []
    for path, text in pages.items():
        if "reference" in path.relative_to(folder.resolve()).parts:
            continue  # pdoc's own
        for link in re.findall(r'<a [^>]*href="([^"]+)"', text):
            where, _, anchor = html.unescape(link).partition("#")
            if "://" in where or where.startswith(("mailto:", "data:")):
                continue
            target = (path.parent / where).resolve() if where else path
            if target not in pages:
                wrong.append(f"{path.name}: {link} is not there")
            elif anchor and not re.search(rf'id="{re.escape(anchor)}"', pages[target]):
                wrong.append(f"{path.name}: {link}: no such place")
        for picture in re.findall(r'<(?:img|source) [^>]*?src(?:set)?="([^"]+)"', text):
            if not picture.startswith("data:") and not (path.parent / picture).is_file():
                wrong.append(f"{path.name}: {picture} is not there")
    if wrong:
        raise SiteError(f"{len(wrong)} broken links:\n  " + "\n  ".join(sorted(set(wrong))))


if __name__ == "__main__":
    main()

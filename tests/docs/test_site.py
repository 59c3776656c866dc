"""The documentation: it builds, its links lead somewhere, and nothing comes from outside."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
for _name in ("pdoc", "latex2mathml", "markdown_it", "mdit_py_plugins"):
    pytest.importorskip(_name, reason="pip install 'autograd-lite[docs]'")


def build(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-W", "error", str(ROOT / "docs" / "build.py"), str(folder), *arguments],
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    done = build(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_part_is_there(site):
    for page in ("index", "architecture", "rules", "numpy", "benchmarks", "course/index"):
        assert (site / f"{page}.html").is_file()
    notebooks = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert notebooks <= {path.stem for path in (site / "course").glob("*.html")}
    for package in ("autograd_lite", "nn", "viz"):
        assert (site / "reference" / f"{package}.html").is_file()
    rules = (site / "rules.html").read_text(encoding="utf-8")
    assert "tanh" in rules
    assert "<math" in rules
    assert "iframe" in (site / "course" / "01_chain_rule.html").read_text(encoding="utf-8")


def test_code_can_be_read_in_the_dark_as_well(site):
    """Colours come from one style by day and another by night, on the ground of the page."""
    style = (site / "site.css").read_text(encoding="utf-8")
    by_day, by_night = style.split("@media (prefers-color-scheme: dark) {\n", 2)[1:]
    assert ".code .k {" in by_day
    assert ".code .k {" in by_night
    diagram = (site / "architecture.html").read_text(encoding="utf-8").partition("<svg")[2]
    assert 'fill="currentColor"' in re.search(r"<text [^>]*>", diagram)[0]
    assert not re.search(r"^\.code \{[^}]*background", style, re.MULTILINE)


def test_no_page_asks_for_anything_outside(site):
    wanted = re.compile(r'<(?:script|img|iframe|link|source)\b[^>]*?(?:src|href)="(https?:)?//')
    for path in (*site.rglob("*.html"), *site.rglob("*.css")):
        text = path.read_text(encoding="utf-8")
        assert not wanted.search(text), path.name
        assert not re.search(r"@import|url\(['\"]?https?:", text), path.name


def test_a_broken_link_stops_the_build(site):
    builder = runpy.run_path(str(ROOT / "docs" / "build.py"))
    builder["check_links"](site)
    page = site / "index.html"
    before = page.read_text(encoding="utf-8")
    for what in (
        '<a href="nowhere.html">x</a>',
        '<a href="rules.html#nowhere">x</a>',
        '<img src="nowhere.png">',
        '<picture><source media="x" srcset="nowhere.svg"></picture>',
    ):
        page.write_text(before + what, encoding="utf-8")
        with pytest.raises(builder["SiteError"], match="nowhere"):
            builder["check_links"](site)
    page.write_text(before, encoding="utf-8")

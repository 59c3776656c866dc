"""Worksheets as they are printed: A4, a page a sheet and a page a key, nothing cut off."""

import re

import pytest

import viz
from autograd_lite import Value


def running():
    a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    return (a * b + a) * k


@pytest.mark.parametrize("seeds", [1, 3])
def test_a_page_for_each_sheet_and_each_key_on_a4(open_file, tmp_path, seeds):
    shown = open_file(viz.worksheet(running(), seed=range(seeds)).save(tmp_path / "s.html"))
    pdf = shown.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 2 * seeds
    width, height = (
        float(x) for x in re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)", pdf).groups()
    )
    assert (width, height) == pytest.approx((595.3, 841.9), abs=1)


@pytest.mark.parametrize("width", [400, 1000])
def test_nothing_is_cut_off_on_a_screen(open_file, tmp_path, width):
    shown = open_file(viz.worksheet(running()).save(tmp_path / "s.html"), width=width)
    shown.emulate_media(media="screen")
    assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cut = shown.evaluate(
        """() => [...document.querySelectorAll(".page *")].filter((part) => {
          if (part.closest("svg, .wide")) return false;
          const page = part.closest(".page").getBoundingClientRect();
          const box = part.getBoundingClientRect();
          return box.right > page.right + 1 || box.bottom > page.bottom + 1;
        }).map((part) => part.outerHTML.slice(0, 80))"""
    )
    assert cut == []


def test_only_greys_are_printed(open_file, tmp_path):
    shown = open_file(viz.worksheet(running()).save(tmp_path / "s.html"))
    colours = shown.evaluate(
        """() => [...new Set([...document.querySelectorAll("body *")].flatMap((part) => {
          const style = getComputedStyle(part);
          return [style.color, style.fill, style.stroke, style.backgroundColor];
        }))]"""
    )
    for colour in colours:
        numbers = re.findall(r"[\d.]+", colour)[:3]
        assert len(set(numbers)) <= 1, colour

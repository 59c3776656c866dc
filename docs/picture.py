"""Takes the picture at the head of the README, in light and in dark.

    python docs/picture.py

It needs Playwright and Chromium (`pip install ".[test]"`), and writes docs/steps-light.png and
docs/steps-dark.png.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import viz
from autograd_lite import Value

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Step through the running example up to the second arrow that arrives at a."""
    a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    c = a * b
    c.label = "c"
    d = c + a
    d.label = "d"
    L = d * k
    L.label = "L"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = Path(folder) / "steps.html"
        viz.step(L).save(page_file)
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            page = browser.new_page(
                viewport={"width": 980, "height": 640}, color_scheme=scheme, device_scale_factor=1.5
            )
            page.goto(page_file.as_uri())
            for _ in range(7):
                page.get_by_role("button", name="Next", exact=True).click()
            page.wait_for_timeout(600)
            page.screenshot(path=HERE / f"steps-{scheme}.png")
        browser.close()


if __name__ == "__main__":
    main()

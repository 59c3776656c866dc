"""What the tests of viz share: a real browser, and pages in it that may not complain."""

import os
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(
    0, str(Path(__file__).parent)
)  # the tests of this folder import what is beside them

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def lacking(what, required="AUTOGRAD_LITE_REQUIRE_BROWSER"):
    """Skip the test, saying what it lacks; fail where the variable says that it must not be."""
    if os.environ.get(required):
        pytest.fail(f"{required} is set, and {what}", pytrace=False)
    pytest.skip(what)


@pytest.fixture(scope="module")
def browser():
    """Headless Chromium, driven by Playwright."""
    try:
        from playwright import sync_api
    except ImportError:
        lacking("the browser tests need Playwright: pip install playwright")
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_api.sync_playwright() as driver:
        try:
            made = driver.chromium.launch(executable_path=found, args=FLAGS)
        except sync_api.Error as error:
            first = str(error).splitlines()[0]
            lacking(
                f"no Chromium could be started ({first}). Get one with: playwright install "
                "chromium, or apt install chromium; or set CHROMIUM to its path."
            )
        yield made
        made.close()


@pytest.fixture
def open_file(browser):
    """Open an HTML file; at the end, no console message and no request may have come."""
    complaints, contexts = [], []

    def open_page(file, width=1280, height=800, dark=False, **settings):
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion=settings.pop("reduced_motion", "reduce"),
            **settings,
        )
        contexts.append(context)
        shown = context.new_page()
        shown.on("console", lambda message: complaints.append(message.text))
        shown.on("pageerror", lambda error: complaints.append(str(error)))
        shown.on("dialog", lambda dialog: (complaints.append("dialog"), dialog.dismiss()))
        shown.on(
            "request",
            lambda request: (
                request.url.startswith(("file:", "data:", "about:"))
                or complaints.append(request.url)
            ),
        )
        shown.goto(file.as_uri())
        return shown

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []

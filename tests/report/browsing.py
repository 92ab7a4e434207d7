"""The scripts of the explorer in an engine of their own, and the whole page in a browser."""

import base64
import gzip
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright
from py_mini_racer import MiniRacer

LOGIC = ("say", "choice", "state")  # scripts that know no page
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)


class Engine:
    """Calls functions of the scripts with plain data, and hands back plain data."""

    def __init__(self) -> None:
        self._engine = MiniRacer()
        for name in LOGIC:
            text = files("capworth.report.explorer").joinpath(f"{name}.js").read_text("utf-8")
            self._engine.eval(text)

    def run(self, script: str) -> None:
        """Run a script for what it leaves behind."""
        self._engine.eval(f"{script};0")

    def find(self, expression: str, given: object = None) -> Any:
        """Value of an expression in which `given` stands for some plain data."""
        data = json.dumps(given)
        return json.loads(str(self._engine.eval(f"(given=>JSON.stringify({expression}))({data})")))


def browser_path() -> str:
    """Where the browser is; a test is skipped where there is none, but never in `.ci/run`."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None and not os.environ.get("CAPWORTH_CI"):
        pytest.skip("no browser here: install the package chromium")
    assert found is not None, "the checks need the package chromium"
    return found


@contextmanager
def browsing() -> Iterator[Page]:
    """A page of a browser without a screen; what goes wrong in it fails the test."""
    path = browser_path()
    wrong: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=[*FLAGS])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
        page.on("request", lambda r: None if r.url.startswith("file:") else wrong.append(r.url))
        yield page
        browser.close()
    assert not wrong, wrong


def opened(page: Page, path: Path, address: str = "") -> None:
    """Open a file, or another address of the one that is open, and wait for its heading."""
    page.goto(f"{path.as_uri()}{address}")
    page.wait_for_selector("html.ready h1")


def packed(page: str) -> Any:
    """What a page holds."""
    found = re.search(r'id="packed">([^<]*)</script>', page)
    assert found is not None
    return json.loads(gzip.decompress(base64.b64decode(found[1])))

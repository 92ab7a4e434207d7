"""Keep the built pages off the network, and name the search for who cannot see it.

The search takes our worker, not one from elsewhere.
"""

from pathlib import Path
from typing import Any

ELSEWHERE = "https://unpkg.com/iframe-worker/shim"
OURS = "assets/javascripts/worker.js"
SEARCH = '<div class="md-search" data-md-component="search" role="dialog"'


def on_post_build(config: Any, **_: Any) -> None:
    """Put the worker in its place, and name it in every page."""
    site = Path(config["site_dir"])
    (site / "404.html").unlink()  # only a server asks for it
    (site / OURS).write_bytes((Path(__file__).parent / "worker.js").read_bytes())
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        up = "../" * (len(page.relative_to(site).parts) - 1)
        text = text.replace(ELSEWHERE, f"{up}{OURS}")
        page.write_text(text.replace(SEARCH, f'{SEARCH} aria-label="Search"'), encoding="utf-8")

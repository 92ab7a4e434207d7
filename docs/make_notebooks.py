"""Write docs/notebooks: every notebook as a page, run on the bundled case, with what it shows."""

import re
from base64 import b64decode
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NOTEBOOKS = HERE.parent / "notebooks"
DRAWS = 1_000
PARAMETERS = f'CASE, DRAWS = "interpol-2019", {DRAWS}'
NOTE = (
    f"Run from `notebooks/{{name}}.ipynb` on the bundled case in {DRAWS:,} draws; the notebook "
    "itself takes 20,000, and a case of your own where `CAPWORTH_CASE` names its folder."
)
LIVE = "*Here Jupyter shows a page of sliders and menus.*"
BLANK = re.compile(r"<th[^>]*>(?:&nbsp;)?</th>")
DRAWN = re.compile(r'src="data:image/svg\+xml;base64,([^"]+)"')
TALL = 40  # lines of a text that are shown


def main() -> None:
    """Run them one by one, each in a kernel of its own."""
    nbformat = import_module("nbformat")
    folder = HERE / "notebooks"
    folder.mkdir(exist_ok=True)
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = nbformat.read(path, 4)
        source = [cell.source for cell in notebook.cells]
        for cell in notebook.cells:
            if "parameters" in cell.metadata.get("tags", []):
                cell.source = PARAMETERS
        where = {"metadata": {"path": str(NOTEBOOKS)}}
        client = import_module("nbclient").NotebookClient
        client(notebook, timeout=900, kernel_name="python3", resources=where).execute()
        page = _Page(folder, path.stem)
        for cell, typed in zip(notebook.cells, source, strict=True):
            page.add(cell, typed)
        (folder / f"{path.stem}.md").write_text("\n\n".join(page.blocks) + "\n", encoding="utf-8")


class _Page:
    """One notebook, cell by cell."""

    def __init__(self, folder: Path, name: str) -> None:
        self.blocks: list[str] = []
        self._folder, self._name, self._charts = folder, name, 0

    def add(self, cell: Any, typed: str) -> None:
        """Add a cell as it is kept, then what it showed."""
        if cell.cell_type == "markdown":
            self.blocks.append(typed)
            if len(self.blocks) == 1:
                self.blocks.append(NOTE.format(name=self._name))
            return
        self.blocks.append(f"```python\n{typed}\n```")
        for output in cell.outputs:
            shown = self._shown(output)
            if shown:
                self.blocks.append(f'<div class="shown" markdown="0">\n{shown}\n</div>')

    def _shown(self, output: Any) -> str:
        """What one output shows, as HTML without a blank line."""
        if output.output_type == "stream":
            return _text(output.text) if output.name == "stdout" else ""
        data = output.get("data", {})
        if "application/vnd.jupyter.widget-view+json" in data:
            self.blocks.append(LIVE)
            return ""
        if "application/javascript" in data:
            return ""
        if drawn := DRAWN.search(data.get("text/html", "")):
            return self._chart(b64decode(drawn[1]).decode("utf-8"))
        if "image/png" in data:
            return f'<img alt="a chart" src="data:image/png;base64,{data["image/png"].strip()}">'
        if "text/html" in data:
            return _wide(data["text/html"])
        return _text(data.get("text/plain", ""))

    def _chart(self, svg: str) -> str:
        self._charts += 1
        name = f"{self._name}-{self._charts}.svg"
        (self._folder / name).write_text(svg, encoding="utf-8")
        words = re.search(r"<desc[^>]*>(.*?)</desc>", svg, re.S) or re.search(
            r"<title[^>]*>(.*?)</title>", svg, re.S
        )
        alt = escape(words[1].strip(), quote=True) if words else "a chart"
        return f'<img alt="{alt}" src="{name}">'


def _wide(html: str) -> str:
    """A table may be wider than the page; what scrolls can be reached by keys."""
    lines = "\n".join(line for line in html.splitlines() if line.strip())
    lines = BLANK.sub("<td></td>", lines)  # a blank corner is no head
    return f'<div class="wide" tabindex="0">{lines}</div>' if "<table" in lines else lines


def _text(text: str) -> str:
    lines = text.rstrip().splitlines()
    more = [f"... {len(lines) - TALL} more lines"] if len(lines) > TALL else []
    shown = "&#10;".join(escape(line) for line in (*lines[:TALL], *more))
    return f'<pre tabindex="0">{shown}</pre>' if shown else ""


if __name__ == "__main__":
    main()

"""The notebooks run from top to bottom, and are kept without outputs."""

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:  # Jupyter's own packages take as long to load as all other tests: only when asked
    from jupyter_client.manager import KernelManager

ROOT = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(ROOT.glob("*.ipynb"))
FEW = 'CASE, DRAWS = "{}", 60'  # enough to run every cell; as many as the study that is shared has
BUNDLED, OWN = "interpol-2019", "../data/elicitation-example"
LATE = """
import pickle
from functools import cache

import capworth.appraisal.conventions as conventions
import capworth.case.read as reading
import capworth.methods.claim.verdict as verdict
import capworth.study.stages as stages
from capworth.model.result import Provenance
from capworth.model.simulation import Model, draw_sample

# services of today in fewer draws: every case of a comparison finds them anew
draw_sample.__defaults__ = (*draw_sample.__defaults__[:-2], 300, None)
Model.__init__.__defaults__ = (300,)
# fewer planted claims, and two schedules of all
verdict.BATCHES, verdict.PLANTED, verdict.POWER_DEALS = 2, 50, 199
every = conventions.discountings
conventions.discountings = lambda case: dict([*every(case).items()][:2])

def run_late(case, draws=None, seed=None, workers=1, *, only=()):
    assert draws and seed is None
    for study in studies:
        if (study.case, study.provenance.draws) == (case, draws):
            return study
    sample, known = draw_sample(case, draws), Provenance.of(case, draws)
    studies.append(stages.Study(case, known, sample, stages.Found(sample, known)))
    return studies[-1]

stages.run_study = run_late
read, read_once = reading.read_case, cache(reading.read_case)
reading.read_case = lambda given: (read if isinstance(given, dict) else read_once)(given)
with open(bundled, "rb") as kept:
    studies = [pickle.load(kept)]
"""
AS_MODULE = """
import sys, types

late = sys.modules["late"] = types.ModuleType("late")  # which a notebook's clean start leaves alone
late.bundled = {0!r}
exec({1!r}, vars(late))
"""


def test_there_are_notebooks() -> None:
    assert len(NOTEBOOKS) >= 5


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_kept_clean(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)
    assert len({cell["id"] for cell in cells}) == len(cells)
    assert not any("def " in "".join(cell["source"]) for cell in code), "a notebook only asks"


@pytest.fixture(scope="module")
def kernel(bundled_file: Path) -> Iterator["KernelManager"]:
    """One kernel for all: most notebooks begin with the same study, which is that of all tests.

    An answer of another is found when it is first read, as most notebooks read a few.
    It forgets every name between two notebooks. What stays are the modules and the studies, which
    cannot be changed.
    """
    manager = import_module("jupyter_client.manager").KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(ROOT))
    execute([AS_MODULE.format(str(bundled_file), LATE)], manager)
    yield manager
    manager.shutdown_kernel(now=True)


def execute(cells: list[str], kernel: "KernelManager") -> list[Any]:
    """Outputs of cells of code, run in this kernel from a clean start."""
    v4 = import_module("nbformat.v4")
    notebook = v4.new_notebook(cells=[v4.new_code_cell(text) for text in ("%reset -f", *cells)])
    client = import_module("nbclient").NotebookClient(notebook, km=kernel, timeout=240)
    client.execute(cleanup_kc=False)
    assert client.kc is not None
    client.kc.stop_channels()
    return [output for cell in notebook.cells for output in cell.outputs]


def run(path: Path, case: str, kernel: "KernelManager") -> list[Any]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    few = FEW.format(case)
    asked = [
        few if "parameters" in cell["metadata"].get("tags", []) else "".join(cell["source"])
        for cell in code
    ]
    assert few in asked
    shown = execute(asked, kernel)
    assert not any("Traceback" in str(output) for output in shown)
    return shown


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the kernel's own packages
def test_it_runs_from_top_to_bottom(path: Path, kernel: "KernelManager") -> None:
    shown = run(path, BUNDLED, kernel)
    assert any("data:image/svg+xml" in str(output.get("data", {})) for output in shown)
    assert "does not ask for" not in str(shown)


@pytest.mark.long
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_it_runs_on_a_case_of_ones_own(path: Path, kernel: "KernelManager") -> None:
    """A small case that asks few questions: what is not asked is said in a sentence."""
    shown = run(path, OWN, kernel)
    if path.stem[:2] not in ("01", "06"):
        assert "elicitation-example does not ask for" in str(shown)


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "case"), [("07", "../data/uk-police-data"), ("08", "../tests/cases/small")]
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_it_runs_on_what_another_case_has(name: str, case: str, kernel: "KernelManager") -> None:
    """A first service without a benefit in money; a pledge that is called earmarked."""
    (path,) = (path for path in NOTEBOOKS if path.stem.startswith(name))
    run(path, case, kernel)

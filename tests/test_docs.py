"""The documents: links lead somewhere, and the reference is what the code says."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md"), ROOT / "CHANGELOG.md"])


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_reference", ROOT / "docs/make_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_reference_is_fresh(maker: ModuleType) -> None:
    for name, page in maker.PAGES.items():
        kept = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
        assert page() == kept, f"{name} is stale. Run python docs/make_reference.py"


def test_the_first_lines_are_the_two_commands() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    code = [line.strip() for line in lines if line.startswith("    ")][:2]
    assert [line.split("#")[0].strip() for line in code] == ["make run", "make test"]


def test_no_file_names_a_registry() -> None:
    host = re.compile("|".join(("py" + "pi[.]org", "python" + "hosted[.]org", "npm" + "js[.]org")))
    for path in [*PAGES, *ROOT.glob("*.lock"), ROOT / "Makefile", ROOT / "pyproject.toml"]:
        assert not host.search(path.read_text(encoding="utf-8")), path.name

"""Write docs/gallery: every chart of an invented case, and papers of the bundled ones."""

from pathlib import Path

from capworth.case.read import read_case
from capworth.charts.gallery import GALLERY
from capworth.study.stages import run_study

HERE = Path(__file__).parent
CASE = HERE.parent / "tests" / "cases" / "small"
DRAWS = 400
PAPERS = {"interpol-2019": ("en", "fr"), "uk-police-data": ("en",)}
PAPER_DRAWS = 1_000


def main() -> None:
    """Draw what the case asks for; name what it does not."""
    folder = HERE / "gallery"
    folder.mkdir(exist_ok=True)
    study = run_study(read_case(CASE), DRAWS)
    lines = [
        "# Gallery",
        "",
        "Every chart by its name: `study.plot(NAME)`. The case is invented.",
        "",
        *_papers(folder),
    ]
    missing = []
    for name, chart in GALLERY.items():
        if not chart.asked(study):
            missing.append(name)
            continue
        picture = study.plot(name)
        picture.save(folder / f"{name}.svg")
        lines += [f"## {name}", "", picture.title, "", f"![{picture.alt}]({name}.svg)", ""]
        lines += [picture.caption, ""]
    if missing:
        lines += ["## Not asked by this case", "", ", ".join(missing), ""]
    (folder / "index.md").write_text("\n".join(lines), encoding="utf-8")


def _papers(folder: Path) -> list[str]:
    """The papers of the cases that come with the package, each two pages and an annex."""
    lines = ["## Papers", "", f"Of the bundled cases, in {PAPER_DRAWS:,} draws:", ""]
    for name, languages in PAPERS.items():
        study = run_study(read_case(name), PAPER_DRAWS, workers=2)
        for language in languages:
            path = study.report(folder / f"{name}-{language}.pdf", language)
            lines.append(f"- [{study.case.settings.title} ({language})]({path.name})")
    return [*lines, ""]


if __name__ == "__main__":
    main()

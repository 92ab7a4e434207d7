"""Write docs/gallery: every chart of an invented case, with its finding and how it is read."""

from pathlib import Path

from capworth.case.read import read_case
from capworth.charts.gallery import GALLERY
from capworth.study.stages import run_study

HERE = Path(__file__).parent
CASE = HERE.parent / "tests" / "cases" / "small"
DRAWS = 400


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


if __name__ == "__main__":
    main()

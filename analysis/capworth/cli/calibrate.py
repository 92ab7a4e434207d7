"""`capworth calibrate`: the model beside the record."""

from typing import TYPE_CHECKING

import click

from capworth.cli.options import listed

if TYPE_CHECKING:
    from capworth.appraisal.attribution import Calibration

INCHES = 2.4  # height of the chart


@click.command("calibrate")
@click.argument("folder", type=click.Path())
@click.option("--out", type=click.Path(), help="Folder for calibration.csv and its charts.")
@click.option("--lang", default="en,fr", show_default=True, help="Languages of the charts.")
def command(folder: str, out: str | None, lang: str) -> None:
    """Hold the value chain against published facts in FOLDER.

    Hits against searches from 2015 to 2021, and what the records of a newly connected member
    found: what the formulas would have said, what was seen, and whether the two meet within what
    the figures leave open.
    """
    from pathlib import Path

    from capworth.appraisal.attribution import calibrate
    from capworth.case.files import writing
    from capworth.cli.terminal import show
    from capworth.study.tables import as_csv

    languages = listed(lang)
    names = ["calibration.csv", *(f"calibration-{language}.svg" for language in languages)]
    with writing(Path(out) if out else None, *names) as put:
        found = calibrate(folder)
        table = found.to_frame()
        click.echo(repr(found))
        columns = ["model", "model_low", "model_high", "fact", "fact_low", "fact_high", "ratio"]
        cells = table[columns].map("{:,.3g}".format).astype(object)
        cells["holds"] = ["yes" if held else "no" for held in table["holds"]]
        show(["check", *cells.columns], [list(map(str, row)) for row in cells.itertuples()])
        if out is None:
            return
        put(names[0], as_csv(table))
        for language, name in zip(languages, names[1:], strict=True):
            put(name, _chart(found, language))
    click.echo(f"written: {out}")


def _chart(found: "Calibration", language: str) -> str:
    from capworth.charts.calibration import draw_calibration
    from capworth.charts.canvas import blank, turn
    from capworth.charts.style import looks
    from capworth.charts.svg import to_svg
    from capworth.language.language import Language

    with looks():
        figure = blank(INCHES)
        draw_calibration(found, figure.subplots(), spoken := Language(language))
        if spoken.rightwards:
            turn(figure)
    return to_svg(figure)

"""`capworth calibrate`: the model beside the record."""

import click

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
    from capworth.cli.terminal import show
    from capworth.study.tables import write_csv

    found = calibrate(folder)
    table = found.to_frame()
    click.echo(repr(found))
    columns = ["model", "model_low", "model_high", "fact", "fact_low", "fact_high", "ratio"]
    cells = table[columns].map("{:,.3g}".format).astype(object)
    cells["holds"] = ["yes" if held else "no" for held in table["holds"]]
    show(["check", *cells.columns], [list(map(str, row)) for row in cells.itertuples()])
    if out is None:
        return
    from capworth.charts.calibration import draw_calibration
    from capworth.charts.style import blank, looks, turn
    from capworth.charts.svg import to_svg
    from capworth.language.language import Language

    place = Path(out)
    place.mkdir(parents=True, exist_ok=True)
    write_csv(table, place / "calibration.csv")
    for language in (word.strip() for word in lang.split(",")):
        with looks():
            figure = blank(INCHES)
            draw_calibration(found, figure.subplots(), spoken := Language(language))
            if spoken.rightwards:
                turn(figure)
        (place / f"calibration-{language}.svg").write_text(to_svg(figure), encoding="utf-8")
    click.echo(f"written: {place}")

"""`capworth new`: a case to fill in: a workbook, a folder, or one that is there already."""

import click

from capworth.cli.options import listed

OTHERS = (".xls", ".xlsm", ".xlsb", ".ods", ".csv", ".toml")  # files that are not written here


@click.command("new")
@click.argument("place", type=click.Path())
@click.option(
    "--with",
    "wanted",
    default="",
    metavar="TABLES",
    help="More sheets of the workbook, such as improvements,chain.",
)
@click.option(
    "--from",
    "costs",
    type=click.Path(),
    help="A CSV file with name, amount and year: services and what they cost a year.",
)
@click.option("--example", help="Copy a bundled case, such as uk; a wrong name lists them all.")
@click.option("--organisation", help="Whose services they are.")
@click.option("--currency", help="Three-letter code, such as GBP.")
@click.option("--date", "day", metavar="YYYY-MM-DD", help="Day of the appraisal.")
def command(
    place: str,
    wanted: str,
    costs: str | None,
    example: str | None,
    organisation: str | None,
    currency: str | None,
    day: str | None,
) -> None:
    """Write a case to fill in at PLACE: a workbook where it ends in .xlsx, else a folder.

    A workbook begins with three sheets: case, capabilities, costs. What is left blank is taken
    where it can be (ranges by grade, years, discounting), and the paper says so.
    """
    from capworth.case.book import write_book
    from capworth.case.examples import copy_example
    from capworth.case.plain import read_plain
    from capworth.case.template import write_template

    named = {"organisation": organisation, "currency": currency, "appraisal_date": day}
    settings = {key: _sound(key, text) for key, text in named.items() if text}
    is_book = place.lower().endswith(".xlsx")
    if example:
        if costs or wanted or is_book or settings:
            raise click.UsageError("--example goes into a folder, and alone.")
        path = copy_example(example, place)
        click.echo(f"copied {example} to {path}; try `capworth check {path}`")
        return
    if costs and not is_book:
        raise click.UsageError("--from writes a workbook: name a file that ends in .xlsx.")
    if not is_book:
        if place.lower().endswith(OTHERS):
            raise click.UsageError(f"{place} would be a folder: a workbook ends in .xlsx.")
        if wanted:
            raise click.UsageError("--with is for workbooks: a folder has every table.")
        path = write_template(place, settings)
        click.echo(f"wrote an empty case to {path}; begin with {path / 'README.md'}")
        return
    rows = read_plain(costs) if costs else {}
    if years := {str(row["price_year"]) for row in rows.get("costs", ()) if "price_year" in row}:
        settings["price_year"] = max(years)  # then the latest amounts need no price index
    path = write_book(place, listed(wanted), settings, rows)
    left = [key for key in named if key not in settings]
    fill = f"fill in {', '.join(left)} on the sheet case, then " if left else ""
    click.echo(f"wrote {path}; {fill}`capworth check {path}`")


def _sound(key: str, text: str) -> str:
    """Return what a setting is to be, or say at once that it cannot be."""
    from capworth.case.check import BadCellError, read_cell
    from capworth.case.dictionary import SETTINGS, dictionary
    from capworth.errors import InputError

    try:
        read_cell(text, dictionary()[SETTINGS][key], {})
    except BadCellError as error:
        raise InputError(f"{key}: {error.args[0]}. {error.args[1]}") from error
    return text

"""`capworth explain`: one number, or one answer, down to the rows it came from."""

from pathlib import Path
from typing import Any

import click


@click.command("explain")
@click.argument("folder", metavar="RUN", type=click.Path())
@click.argument("subject", metavar="[FIGURE]", required=False, default="")
@click.option("--find", metavar="WORDS", default="", help="List only ids that hold these words.")
@click.option("--language", default="en", show_default=True, help="Language of the sentences.")
def command(folder: str, subject: str, find: str, language: str) -> None:
    """Show how one number of RUN came about, down to the rows of the case.

    FIGURE is an id such as cost.programme; without it, every id is listed with its value. The short
    name of a capability or improvement shows its whole answer instead, after a sentence on why it
    stands where it stands, with the probability of its lead.
    """
    from capworth.errors import CapworthError, nearest
    from capworth.runs.place import case_of_run, read_manifest

    path = Path(folder)
    manifest = read_manifest(path)
    case = case_of_run(path, manifest, "tables/")
    subjects = (*case.capability_ids, *case.improvement_ids)
    if subject in subjects:
        _answer(path, case, subject, language)
    elif "." in subject:
        _figure(path, case, subject, language)
    elif subject:
        raise CapworthError(f"there is no {subject!r} in this run. {nearest(subject, subjects)}")
    else:
        _list(path, case, find, language)


def _figure(folder: Path, case: Any, name: str, language: str) -> None:
    from capworth.cli.terminal import show
    from capworth.language.language import Language
    from capworth.runs.place import read_figures
    from capworth.study.explained import HEADS, cells, explained

    figure = read_figures(folder, name)[name]
    for line in explained(figure, case, Language.of(case, language)):
        click.echo(line)
    if figure.rows:
        show(HEADS, [[_level(cell) for cell in row] for row in cells(figure.rows)])


def _list(folder: Path, case: Any, words: str, language: str) -> None:
    """Every id that holds some words, with its value and range."""
    from capworth.cli.terminal import show
    from capworth.errors import CapworthError
    from capworth.language.language import Language
    from capworth.model.figures import near
    from capworth.runs.place import read_figures
    from capworth.study.explained import kind_of

    language_of, figures = Language.of(case, language), read_figures(folder)
    asked = words.lower().split()
    found = [f for f in figures.values() if all(word in f.id.lower() for word in asked)]
    if not found:
        raise CapworthError(f"no figure holds {words!r}. {near('.'.join(asked), figures)}")
    kinds = [language_of.word("figure_kind", kind_of(figure, case)) for figure in found]
    rows = [[f.id, language_of.said(f), kind] for f, kind in zip(found, kinds, strict=True)]
    show(["figure", "value", "kind"], rows)


def _answer(folder: Path, case: Any, subject: str, language: str) -> None:
    from capworth.cli.terminal import show
    from capworth.multicriteria.contributions import explain as explain_case
    from capworth.report.why import why_in
    from capworth.study.tables import place_in

    explanation = explain_case(case, subject)
    tables = folder / "tables"
    sentence = why_in(tables, subject, case, language)
    for line in (explanation.summary, place_in(tables, subject), sentence):
        if line:
            click.echo(line)
    table = explanation.to_frame()
    show(
        [str(column) for column in table.columns],
        [[_short(cell) for cell in row] for row in table.itertuples(index=False)],
    )


def _short(cell: object) -> str:
    from capworth.case.numerals import in_brief

    return in_brief(cell, 4) if isinstance(cell, float) else str(cell)


def _level(cell: object) -> str:
    return f"{cell:,.10g}" if isinstance(cell, float) else str(cell)

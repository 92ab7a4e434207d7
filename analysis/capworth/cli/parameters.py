"""`capworth parameters`: the register of published parameters and their standing."""

import click


@click.command("parameters")
@click.option("--set", "which", help="Only sets whose name holds this, such as A-94.")
@click.option("--status", help="Only those of this standing, such as revoked.")
@click.option("--unit-values", is_flag=True, help="Only the library of published unit values.")
def command(which: str | None, status: str | None, unit_values: bool) -> None:
    """List the published parameters of the register, with their standing.

    Discount schedules first, by the names that `discounting` in case.toml may have; then other
    parameters with value, unit, standing, source, place in it, month in which it was read and next
    review; then the classes of optimism bias.
    """
    if unit_values:
        _list_values()
        return
    from capworth.case.register import STATUSES, bias_classes, parameters, schedules
    from capworth.errors import InputError, nearest

    if status and status not in STATUSES:
        raise InputError(f"there is no standing {status!r}. {nearest(status, STATUSES)}")
    chosen = (which or "").casefold()
    sets = {one.name for one in schedules().values()} | {one.set for one in parameters().values()}
    if not any(chosen in name.casefold() for name in sets):
        raise InputError(f"no set is called {which!r}. {nearest(which or '', sets)}")
    for schedule in schedules().values():
        if (not status or schedule.status == status) and chosen in schedule.name.casefold():
            rates = ", ".join(f"{rate:.2%} from year {year}" for year, rate in schedule.bands)
            place = ", ".join(filter(None, (schedule.source, schedule.page)))
            review = f"; next review: {schedule.next_review}" if schedule.next_review else ""
            click.echo(f"{schedule.id} [{schedule.status}]: {rates}")
            click.echo(f"    {place}; read {schedule.read}{review}")
    for one in parameters().values():
        if (not status or one.status == status) and chosen in one.set.casefold():
            value = "not set" if one.value is None else f"{one.value:g} {one.unit}"
            line = "; ".join(filter(None, (one.name, one.note)))
            review = f"; next review: {one.next_review}" if one.next_review else ""
            click.echo(f"{one.id} [{one.status}]: {value} ({one.set}: {line})")
            click.echo(f"    {one.source}, {one.page}; read {one.read}{review}")
    if not status and not which:
        for bias in bias_classes().values():
            low, high = bias.capital
            click.echo(f"bias {bias.id}: {low:.0%} to {high:.0%} ({bias.source})")


def _list_values() -> None:
    """List what a row of `unit_values` may cite."""
    from capworth.case.library import library
    from capworth.case.numerals import from_to, written_as

    for one in library().values():
        money = f"{one.currency} of {one.price_year} {one.unit}" if one.currency else one.unit
        ends = f" ({from_to(one.low, one.high)})" if one.low < one.high else ""
        worth = f"{written_as(one.value)}{ends} {money}"
        click.echo(f"{one.id} [{one.status}]: {worth}, {one.scope}: {one.name}")
        click.echo(f"    {one.title}, {one.publisher}, {one.year}; {one.note}")

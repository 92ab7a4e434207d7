"""One writer of numbers: half up, no more digits than a range allows, as each language writes."""

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capworth.language import language as writers
from capworth.language.language import Language
from capworth.language.numbers import Amount, decimals, digits, say

EN, FR, ES, AR = (Language(code, currency="EUR") for code in ("en", "fr", "es", "ar"))


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        (0.125, 2, "0.13"),  # the even neighbour is 0.12
        (2.675, 2, "2.68"),  # in binary a little less
        (-2.5, 0, "−3"),
        (1250.0, -2, "1,300"),
        (-0.04, 1, "0.0"),  # nothing has no sign
        (1234567.0, 0, "1,234,567"),
        (0.0225, None, "0.023"),
        (float("inf"), 1, "–"),
    ],
)
def test_numbers_are_rounded_half_up(value: float, places: int | None, expected: str) -> None:
    assert EN.number(value, places) == expected


@given(st.decimals(-(10**6), 10**6, places=4), st.integers(-2, 3))
def test_rounding_is_that_of_the_decimal_as_it_is_written(value: Decimal, places: int) -> None:
    """Twin: the decimal module on the text of the number."""
    expected = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    shown = EN.number(float(value), places).replace(",", "").replace("−", "-")
    assert Decimal(shown) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (EN.spread(Amount(9138.4, 2393.1, 18800.3)), "9,000 (2,000–19,000)"),
        (EN.spread(Amount(0.1, -0.4, 0.6)), "0.1 (−0.4 to 0.6)"),
        (FR.spread(Amount(0.1, -0.4, 0.6)), "0,1 (−0,4 à 0,6)"),
        (EN.millions_spread(Amount(19.4, 16.5, 22.3)), "€19.4 million (16.5–22.3)"),
        (EN.price_spread(Amount(1e6, 0.6e6, 1.4e6)), "€1.00 million (0.60–1.40)"),
        (EN.price_spread(Amount(999_999, 200_000, 1_400_000)), "€1,000,000 (200,000–1,400,000)"),
        (EN.price_middle(Amount(24.0, 0.0, 0.0)), "€24"),
        (EN.price_spread(Amount(24.0, 0.0, 0.0)), "€24 (0–0)"),
        (EN.price(1250), "€1,300"),
        (EN.millions(-3.52), "−€3.5 million"),
        (EN.money(0.1234), "€0.1234 million"),
        (EN.charts.money(-3.5), "-€3.5 million"),
        (FR.money(30), "30\u00a0M€"),
        (ES.money(5, "CHF"), "5\u00a0M\u00a0CHF"),
        (EN.money(5, "CHF"), "CHF\u00a05 million"),
        (AR.money(19.4), "\u206619.4\u2069 مليون\u00a0يورو"),
        (EN.percent(0.005, 1), "0.5%"),
        (EN.probability(0.0049), "<\u20601%"),
        (EN.probability(0.005), "1%"),
        (EN.probability(0.9949), "99%"),
        (EN.probability(0.995), ">\u206099%"),
        (EN.part(0.0), "0%"),
        (EN.bare(0.001), "<\u20601"),
        (EN.signed(0.04, 1), "+0.0"),
        (EN.signed(-3.2, 1), "−3.2"),
        (EN.exactly(2500.5), "2,500.5"),
        (FR.exactly(2500.5), "2\u202f500,5"),
        (ES.exactly(2500.5), "2.500,5"),
        (EN.tick(float("nan")), ""),
    ],
)
def test_numbers_as_each_language_writes_them(written: str, expected: str) -> None:
    assert written == expected


def test_lists_end_with_the_and_of_the_language() -> None:
    assert EN.listed(["a", "b", "c", "d"], most=2) == "a, b and 2 more"
    assert ES.listed(["oro", "hierro"]) == "oro y hierro"
    assert ES.listed(["oro", "indio"]) == "oro e indio"
    assert FR.series(["un", "deux"]) == "un\u202f; deux"
    assert AR.listed(["SLTD", "19"]) == "\u2066SLTD\u2069 و\u206619\u2069"
    assert EN.listed([]) == EN.series([]) == "none"


def test_pages_and_charts_have_each_their_typography() -> None:
    assert FR.typeset("l'un : 3 %") == "l’un\u202f: 3\u202f%"
    assert FR.charts.typeset("l'un : 3 %") == "l'un\u00a0: 3\u00a0%"
    assert FR.speaking("lints").typeset("l'un : 3 %") == "l'un : 3 %"
    assert EN.number(-3.5, 1) == "−3.5"
    assert EN.charts.number(-3.5, 1) == "-3.5"


# ------------------------------------------------------------ one writer: rounded once, half up

TRICKY = [
    (2.25, 1, "2.3"),
    (2.35, 1, "2.4"),
    (19.6497, 1, "19.6"),
    (19.65, 1, "19.7"),
    (0.005, 2, "0.01"),
    (0.0049999, 2, "0.00"),
    (-0.04, 1, "0.0"),
    (-0.05, 1, "−0.1"),
    (999.5, 0, "1,000"),
    (999.4999, 0, "999"),
    (0.5, 0, "1"),
    (1.5, 0, "2"),
    (2.5, 0, "3"),
    (-2.5, 0, "−3"),
    (1.005, 2, "1.01"),
    (4.35, 1, "4.4"),
    (1e-12, 3, "0.000"),
    (149.5, -2, "100"),
    (150.0, -2, "200"),
    (123456789.5, 0, "123,456,790"),
    (8.445, 2, "8.45"),
    (1e21, 0, "1,000,000,000,000,000,000,000"),
]


@pytest.mark.parametrize(("value", "places", "expected"), TRICKY)
def test_a_number_is_rounded_once_half_up(value: float, places: int, expected: str) -> None:
    assert say(value, places, EN.phrases.locale) == expected
    assert EN.number(value, places) == expected


def test_every_writer_is_the_one_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each way to write a number ends in `say`: nothing else makes digits."""
    made: list[float] = []

    def spy(value: float, *_: object, **__: object) -> str:
        made.append(value)
        return "#"

    monkeypatch.setattr(writers, "say", spy)
    amount = Amount(3.3, 2.2, 4.4)
    figure = Shown(3.3, 2.2, 4.4, "points")
    for written in (
        EN.number(3.3),
        EN.exactly(3.3),
        EN.signed(3.3, 1),
        EN.tick(3.3),
        EN.middle(amount),
        EN.span(amount),
        EN.spread(amount),
        EN.percent(0.33),
        EN.probability(0.33),
        EN.part(0.33),
        EN.bare(0.33),
        EN.hedged(0.33),
        EN.money(3.3),
        EN.millions(3.3),
        EN.millions_spread(amount),
        EN.price(3.3),
        EN.price_spread(amount),
        EN.said(figure),
    ):
        assert "#" in written
        assert not any(map(str.isdigit, written))
    assert len(made) >= 18


class Shown(NamedTuple):
    """What a figure has to tell so that it can be written."""

    value: float | None
    low: float | None
    high: float | None
    unit: str
    error: float | None = None
    prices: str = ""


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        (Shown(19.6497, 16.5, 22.3, "millions"), "€19.6 million (16.5–22.3)"),
        (Shown(19.6497, 16.5, 22.3, "millions", 0.01), "€19.6 million (16.5–22.3)"),
        (Shown(19.6497, 16.5, 22.3, "millions", 0.4), "€20 million (17–22)"),
        (Shown(19.6497, 16.5, 22.3, "millions", 0.07), "€20 million (17–22)"),
        (Shown(2044.35, 1553.4, 2599.3, "millions"), "€2,000 million (1,600–2,600)"),
        (Shown(2044.35, 1553.4, 2599.3, "millions_a_year"), "€2,000 million a year (1,600–2,600)"),
        (Shown(5.395, 3.679, 7.24, "distance"), "5.4% of the distance (3.7–7.2)"),
        (Shown(0.1, -0.4, 0.6, "millions"), "€0.1 million (−0.4 to 0.6)"),
        (Shown(28.4412, None, None, "millions", 0.05), "€28.4 million"),
        (Shown(28.4412, None, None, "millions", 0.004), "€28.44 million"),
        (Shown(28.4412, None, None, "millions", 0.6), "€30 million"),
        (Shown(28.4412, None, None, "millions"), "€28 million"),
        (Shown(0.6349, None, None, "share"), "63%"),
        (Shown(0.6349, 0.571, 0.698, "share"), "63% (57–70)"),
        (Shown(0.0049, None, None, "chance"), "<\u20601%"),
        (Shown(0.87, None, None, "chance", 0.2), "87%"),
        (Shown(5900.9, 1266.7, 12201.4, "days"), "6,000 harm-days a year (1,000–12,000)"),
        (Shown(5900.96, 5900.1, 5901.8, "days"), "5,901 harm-days a year (5,900–5,902)"),
        (Shown(2021.0, None, None, "year"), "2021"),
        (Shown(7.0, None, None, "count"), "7"),
        (Shown(55.04, 49.2, 60.1, "points"), "55 points of score (49–60)"),
        (Shown(3.26, None, None, "place"), "place 3.3"),
        (Shown(None, None, None, "millions"), "not measured"),
        (Shown(22811.0, 9305.0, 136512.0, "money"), "€20,000 (10,000–140,000)"),
    ],
)
def test_the_digits_of_a_figure_are_those_of_its_role(figure: Shown, expected: str) -> None:
    assert EN.said(figure) == expected


def test_a_figure_is_written_as_an_amount_is() -> None:
    """The same quantity has one string, whoever writes it."""
    figure = Shown(19.6497, 16.5, 22.3, "millions")
    for language in (EN, FR, ES, AR):
        amount = Amount(19.6497, 16.5, 22.3)
        assert language.said(figure) == language.millions_spread(amount)
        assert language.said(figure, ranged=False) == language.millions_middle(amount)
    assert AR.said(Shown(2021.0, None, None, "year")) == "\u20662021\u2069"


@given(
    st.floats(-1e7, 1e7),
    st.floats(0, 1e6),
    st.floats(0, 1e6),
    st.one_of(st.none(), st.floats(0, 1)),
)
def test_the_last_digit_of_a_figure_is_held_by_its_draws(
    value: float, below: float, above: float, share: float | None
) -> None:
    """At least two errors wide, and never so coarse that the range has no digit.

    A number of many digits is coarser than its range without any error.
    """
    low, high = value - below, value + above
    error = None if share is None else share * (high - low)
    places = digits("millions", value, low, high, error)
    if high - low > 1e-3:
        assert places <= decimals(value, low, high)
        held = 10.0**-places >= 2 * (error or 0) * (1 - 1e-9)
        coarse = 10.0 ** -(places + 1) <= (high - low) <= 10.0 ** -(places - 1)
        assert held or coarse or 10.0**-places > high - low

"""One writer of numbers: half up, no more digits than a range allows, as each language writes."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capworth.language.language import Language
from capworth.language.numbers import Amount

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

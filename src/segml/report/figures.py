"""Figures as people read them: numbers, money, shares, chances, dates, a feature's value.

The digits are the same in every language; what stands between and beside them is Babel's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from babel.dates import format_date, format_skeleton
from babel.numbers import format_compact_decimal

from segml.report.language import ENGLISH, _, _n, locale, spoken, translated
from segml.report.marks import KEPT, beside, per_cent, published_text, written
from segml.scoring.texts import value_text
from segml.words.feature import Feature

MISSING = "—"


def number(value: float, digits: int = 0) -> str:
    """A number with thousands separated, and no minus before a zero.

    Examples
    --------
    >>> number(-1234567.4), number(-0.2)
    ('−1,234,567', '0')
    """
    text = f"{abs(value):,.{digits}f}"
    minus = "−" if value < 0 and any(c in text for c in "123456789") else ""
    return f"{minus}{written(text)}"


def money(value: float | None, currency: str | None) -> str:
    r"""Money without cents, the currency after it where one is known.

    Examples
    --------
    >>> money(-1200.4, "GBP"), money(15, None), money(None, "GBP")
    ('−1,200\xa0GBP', '15', '—')
    """
    if value is None:
        return MISSING
    return beside(number(value), currency)


def percent(share: float | None, digits: int = 0) -> str:
    r"""A share as per cent; a share of nothing has none.

    Examples
    --------
    >>> percent(0.256), percent(0.0042, 1), percent(None)
    ('26\xa0%', '0.4\xa0%', '—')
    """
    return MISSING if share is None else per_cent(number(100 * share, digits))


def chance(probability: float | None) -> str:
    r"""A probability as per cent, never quite impossible and never quite certain.

    Examples
    --------
    >>> chance(0.256), chance(0.0012), chance(0.9991), chance(None)
    ('26\xa0%', 'under 1\xa0%', 'over 99\xa0%', '—')
    """
    if probability is None:
        return MISSING
    if probability < 0.01:
        return _("under {share}", share=percent(0.01))
    return _("over {share}", share=percent(0.99)) if probability > 0.99 else percent(probability)


def chance_range(probability: float, low: float | None, high: float | None) -> str:
    r"""A probability with its interval, where that says more.

    Examples
    --------
    >>> chance_range(0.46, 0.41, 0.52), chance_range(0.001, 0.0005, 0.002)
    ('46\xa0% (41\xa0% to 52\xa0%)', 'under 1\xa0%')
    """
    ends = chance(low), chance(high)
    if MISSING in ends or ends[0] == ends[1]:
        return chance(probability)
    return _("{chance} ({low} to {high})", chance=chance(probability), low=ends[0], high=ends[1])


def signed(value: float, digits: int = 1) -> str:
    """A number that always shows its sign, except for nothing.

    Examples
    --------
    >>> signed(1.25), signed(-3, 0), signed(-0.01)
    ('+1.2', '−3', '0.0')
    """
    text = number(value, digits)
    return f"+{text}" if value > 0 and any(c in text for c in "123456789") else text


def short(value: float) -> str:
    """A figure for an axis.

    Examples
    --------
    >>> short(1250), short(-3_000_000), short(12), short(0.5)
    ('1.25k', '−3M', '12', '0.5')
    """
    if spoken() != ENGLISH:
        text = format_compact_decimal(value, locale=locale(), fraction_digits=2)
        return text.replace("-", "−").replace(" ", KEPT)
    size, letter = next(
        (each for each in ((1e9, "B"), (1e6, "M"), (1e3, "k")) if abs(value) >= each[0]), (1.0, "")
    )
    return f"{value / size:g}{letter}".replace("-", "−")


def day(value: dt.date | None) -> str:
    r"""A date as people write it.

    Examples
    --------
    >>> day(dt.date(2011, 6, 1)), day(None)
    ('1\xa0Jun\xa02011', '—')
    """
    if value is None:
        return MISSING
    if spoken() == ENGLISH:
        return f"{value.day}{KEPT}{value:%b}{KEPT}{value:%Y}"
    return format_date(value, "long", locale=locale()).replace(" ", KEPT)


def month(value: dt.date, *, year: bool = False) -> str:
    """A month's short name for an axis, with its year where asked.

    Examples
    --------
    >>> month(dt.date(2024, 7, 1)), month(dt.date(2024, 7, 1), year=True)
    ('Jul', 'Jul 2024')
    """
    if spoken() == ENGLISH:
        return f"{value:%b %Y}" if year else f"{value:%b}"
    if year:
        return format_skeleton("yMMM", value, locale=locale())
    return format_date(value, "LLL", locale=locale())


def year(value: dt.date) -> str:
    """A year by itself, for an axis.

    Examples
    --------
    >>> year(dt.date(2024, 1, 1))
    '2024'
    """
    return format_skeleton("y", value, locale=locale())


def counted(one: str, many: str, count: int, **values: object) -> str:
    """A message in the form its count takes, the count put in as `{count}`.

    Examples
    --------
    >>> counted("{count} day", "{count} days", 1), counted("{count} day", "{count} days", 1200)
    ('1 day', '1,200 days')
    """
    return _n(one, many, count, count=number(count), **values)


def joined(parts: Sequence[str]) -> str:
    """Parts with an "and" between any two.

    Examples
    --------
    >>> joined(["a", "b", "c"])
    'a and b and c'
    """
    whole = parts[0]
    for part in parts[1:]:
        whole = _("{first} and {last}", first=whole, last=part)
    return whole


def listed(parts: Sequence[str]) -> str:
    """Parts in a row, with an "and" before the last.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a"])
    ('a, b and c', 'a')
    """
    if len(parts) < 2:
        return "".join(parts)
    return _("{first} and {last}", first=_(", ").join(parts[:-1]), last=parts[-1])


def in_a_row(parts: Iterable[str]) -> str:
    """Parts of a sentence that have commas of their own, in a row.

    Examples
    --------
    >>> in_a_row(["a, b", "c"])
    'a, b; c'
    """
    return _("; ").join(parts)


def days(count: int) -> str:
    """A number of days.

    Examples
    --------
    >>> days(1), days(120)
    ('1 day', '120 days')
    """
    return counted("{count} day", "{count} days", count)


def label(feature: str, features: Mapping[str, Feature]) -> str:
    """The words for a feature: the catalogue's label, or its name spelt out.

    Examples
    --------
    >>> label("(other)", {}), label("orders_90", {})
    ('everything else', 'orders 90')
    """
    if feature in features:
        return translated(features[feature].label)
    return _("everything else") if feature == "(other)" else feature.replace("_", " ")


def value(
    number_: float | None, feature: str, features: Mapping[str, Feature], currency: str | None
) -> str:
    """A feature's value with its unit, as the published reasons write it.

    Examples
    --------
    >>> value(None, "a", {}, None), value(-1.5, "a", {}, None)
    ('—', '−1.5')
    """
    if number_ is None:
        return MISSING
    unit = features[feature].unit if feature in features else "score"
    return shown(value_text(number_, unit, currency))


def shown(text: str) -> str:
    r"""A published value's text with a true minus, on one line where it is a figure and its unit.

    Examples
    --------
    >>> shown("-45 days"), shown("Retail and trade")
    ('−45\xa0days', 'Retail and trade')
    """
    if spoken() != ENGLISH:
        return published_text(text)
    figure = text.removeprefix("-")
    if not figure[:1].isdigit():
        return text
    return ("−" if figure != text else "") + figure.replace(" ", KEPT)

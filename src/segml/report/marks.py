"""What stands between and beside digits: a group's mark, per cent, a currency, a unit."""

from __future__ import annotations

import re

from babel.numbers import get_currency_symbol, get_decimal_symbol, get_group_symbol

from segml.report.language import ENGLISH, _, _n, locale, spoken
from segml.scoring.texts import UNKNOWN

KEPT = "\N{NO-BREAK SPACE}"
"""Between a figure and its unit, so that no line breaks there."""


def written(digits: str) -> str:
    """Digits in English as the language spoken writes them."""
    if spoken() == ENGLISH:
        return digits
    marks = {",": get_group_symbol(locale()), ".": get_decimal_symbol(locale())}
    return "".join(marks.get(each, each) for each in digits)


def beside(amount: str, currency: str | None) -> str:
    r"""Figures of money with their currency: its code after it in English, else as is usual.

    Examples
    --------
    >>> beside("−1,200", "EUR"), beside("12", None)
    ('−1,200\xa0EUR', '12')
    """
    if not currency:
        return amount
    if spoken() == ENGLISH:
        return f"{amount}{KEPT}{currency}"
    sign = get_currency_symbol(currency, locale=locale())
    if locale().currency_formats["standard"].pattern.startswith("¤"):
        minus = "−" if amount.startswith("−") else ""
        return f"{minus}{sign}{KEPT if sign[-1:].isalpha() else ''}{amount.removeprefix('−')}"
    return f"{amount}{KEPT}{sign}"


def per_cent(figures: str) -> str:
    r"""Figures with the sign of per cent.

    Examples
    --------
    >>> per_cent("12.3")
    '12.3\xa0%'
    """
    if spoken() == ENGLISH:
        return f"{figures}{KEPT}%"
    return f"{figures}{locale().percent_formats[None].suffix[0]}"


_FIGURE = re.compile(r"(-?)([\d,]+(?:\.\d+)?)( days?| %| points?| a year|×| [A-Z]{3}|)")
"""How a published value's text is made, see `segml.scoring.texts`."""


def published_text(text: str) -> str:
    """A published value's text in the language spoken, with the very same digits."""
    found = _FIGURE.fullmatch(text)
    if found is None:
        return _words(text)
    minus, digits, unit = found.groups()
    figures = f"{'−' if minus else ''}{written(digits)}"
    match unit.strip():
        case "day" | "days":
            size = float(digits.replace(",", ""))
            said = _n("{count} day", "{count} days", size, count=figures).replace(" ", KEPT)
        case "%":
            said = per_cent(figures)
        case "point" | "points":
            said = _("{points} points", points=figures).replace(" ", KEPT)
        case "a year":
            said = _("{number} a year", number=figures).replace(" ", KEPT)
        case "×" | "":
            said = figures + unit
        case currency:
            said = beside(figures, currency)
    return said


def _words(text: str) -> str:
    """What a value is that is no figure; a category is text of the ledger and stays."""
    told = {UNKNOWN: _("unknown"), "yes": _("yes"), "no": _("no")}
    return told.get(text, text)

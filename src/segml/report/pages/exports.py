"""A list of clients to take along: CSV and XLSX in which no name can become a formula.

CSV is for programs: columns and codes as the outputs have them. XLSX is for people: what its heads
and cells say, they say in the reader's language.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from unicodedata import category

import pandas as pd

from segml.report import called
from segml.report.language import _, speaking
from segml.report.pages import page_words
from segml.report.spans import no_purchase

COLUMNS = (
    *("client_id", "name", "status", "tier", "is_key", "p_churn", "stake", "profit_365"),
    *("revenue_365", "cost_to_serve_365", "expected_profit", "manager", "region", "industry"),
    *("action", "currency"),
)
"""The columns of an export: those of the list and what it can be narrowed by."""
MOST_ROWS = 1_048_575
"""Rows that a sheet holds below its head."""
_TOLD: Mapping[str, Callable[[str], str]] = {
    "status": lambda code: page_words.STATUS_NAMES.get(code, code),
    "tier": called.tier,
    "action": page_words.action,
}
"""What a sheet says for a code."""
_WIDE = {"client_id": 14.0, "name": 32.0, "action": 32.0}
"""Widths of columns in characters; of all others `_USUAL`."""
_USUAL = 18.0
_SHARES = ("p_churn",)
Cell = str | float | bool
_LIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a formula begins with, in full width too; the controls are what sheets pass over first."""
_PARTS = re.compile("(?<=[;\t])")
_NO_XML = re.compile("[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def csv_lines(parts: Iterable[pd.DataFrame]) -> Iterator[bytes]:
    """The rows as CSV in UTF-8 with its mark, in pieces.

    Parameters
    ----------
    parts
        The rows, with `COLUMNS`.
    """
    yield b"\xef\xbb\xbf"
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for part in parts:
        writer.writerows([harmless(cell) for cell in row] for row in _cells(part))
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()
    yield out.getvalue().encode()


def xlsx_bytes(
    parts: Iterable[pd.DataFrame], *, language: str = "en", churn_days: int | None = None
) -> bytes:
    """The rows as one sheet; every text is a text, whatever it begins with.

    Parameters
    ----------
    parts
        The rows, with `COLUMNS`, at most `MOST_ROWS` in all.
    language
        In what heads and codes are told: one of `LANGUAGES`.
    churn_days
        The days that the risk is over; None: not told.
    """
    import xlsxwriter  # type: ignore[import-untyped]  # it ships no types

    out = io.BytesIO()
    options: Mapping[str, Any] = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(out, dict(options))
    with speaking(language):
        sheet = book.add_worksheet(_("Clients"))
        _begin(book, sheet, _heads(churn_days))
        lines = 0
        for lines, row in enumerate((row for part in parts for row in _cells(part)), start=1):
            for place, (name, cell) in enumerate(zip(COLUMNS, row, strict=True)):
                if isinstance(cell, bool):
                    sheet.write_boolean(lines, place, cell)
                elif isinstance(cell, float):
                    sheet.write_number(lines, place, cell)
                elif cell:
                    told = _TOLD[name](cell) if name in _TOLD else cell
                    sheet.write_string(lines, place, _written(told))
        sheet.autofilter(0, 0, lines, len(COLUMNS) - 1)
    book.close()
    return out.getvalue()


def _heads(churn_days: int | None) -> tuple[str, ...]:
    """What the columns of a sheet are called, in the language spoken."""
    heads = {
        "client_id": _("Id"),
        "name": _("Name"),
        "status": _("Status"),
        "tier": _("Tier"),
        "is_key": _("Key client"),
        "p_churn": no_purchase(churn_days),
        "stake": _("At stake"),
        "profit_365": _("Profit, last year"),
        "revenue_365": _("Sales, last year"),
        "cost_to_serve_365": _("Cost to serve, last year"),
        "expected_profit": _("Expected profit"),
        "manager": _("Manager"),
        "region": _("Region"),
        "industry": _("Industry"),
        "action": _("Suggested"),
        "currency": _("Currency"),
    }
    return tuple(heads[name] for name in COLUMNS)


def _begin(book: Any, sheet: Any, heads: Iterable[str]) -> None:
    """The head of a sheet, and how its columns are shown."""
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    money, share = (book.add_format({"num_format": shown}) for shown in ("#,##0.00", "0.0%"))
    sheet.freeze_panes(1, 2)
    for place, (name, told) in enumerate(zip(COLUMNS, heads, strict=True)):
        shown = share if name in _SHARES else money
        sheet.set_column(place, place, _WIDE.get(name, _USUAL), shown)
        sheet.write_string(0, place, told, head)


def harmless(cell: Cell) -> Cell:
    """A cell that a sheet does not take for a formula: a text that could be one begins with '.

    Nor does a sheet that takes a semicolon or a tabulator for the end of a cell.

    Examples
    --------
    >>> harmless("=cmd()"), harmless("Müller"), harmless(-3.5), harmless("x;=cmd()")
    ("'=cmd()", 'Müller', -3.5, "x;'=cmd()")
    """
    if not isinstance(cell, str):
        return cell
    return "".join(f"'{part}" if _is_live(part) else part for part in _PARTS.split(cell))


def _is_live(text: str) -> bool:
    return text.startswith(_LIVE) or _bare(text).startswith(_LIVE)


def _bare(text: str) -> str:
    """A text from its first character on that shows: no blank, no mark without a width."""
    place = next((n for n, c in enumerate(text) if not c.isspace() and category(c) != "Cf"), 0)
    return text[place:]


def _written(text: str) -> str:
    """A text without the characters that no sheet may hold."""
    return _NO_XML.sub("\ufffd", text)[:32_767]


def _cells(rows: pd.DataFrame) -> Iterator[tuple[Cell, ...]]:
    for row in rows[list(COLUMNS)].itertuples(index=False):
        yield tuple(_cell(value) for value in row)


def _cell(value: Any) -> Cell:
    if value is None or value is pd.NA:
        return ""
    if isinstance(value, str | bool):
        return value
    number = float(value)
    return "" if math.isnan(number) else number

"""A list of clients to take along: CSV and XLSX in which no name can become a formula."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from unicodedata import category

import pandas as pd

COLUMNS = (
    *("client_id", "name", "status", "tier", "is_key", "p_churn", "stake", "profit_365"),
    *("revenue_365", "cost_to_serve_365", "expected_profit", "manager", "region", "industry"),
    *("action", "currency"),
)
"""The columns of an export: those of the list and what it can be narrowed by."""
MOST_ROWS = 1_048_575
"""Rows that a sheet holds below its head."""
Cell = str | float | bool
_LIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a formula begins with, in full width too; the controls are what sheets pass over first."""
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


def xlsx_bytes(parts: Iterable[pd.DataFrame]) -> bytes:
    """The rows as one sheet; every text is a text, whatever it begins with.

    Parameters
    ----------
    parts
        The rows, with `COLUMNS`, at most `MOST_ROWS` in all.
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
    sheet = book.add_worksheet("clients")
    sheet.freeze_panes(1, 1)
    for place, name in enumerate(COLUMNS):
        sheet.write_string(0, place, name)
    for line, row in enumerate((row for part in parts for row in _cells(part)), start=1):
        for place, cell in enumerate(row):
            if isinstance(cell, bool):
                sheet.write_boolean(line, place, cell)
            elif isinstance(cell, float):
                sheet.write_number(line, place, cell)
            elif cell:
                sheet.write_string(line, place, _written(cell))
    book.close()
    return out.getvalue()


def harmless(cell: Cell) -> Cell:
    """A cell that a sheet does not take for a formula: a text that could be one begins with '.

    Examples
    --------
    >>> harmless("=cmd()"), harmless("Müller"), harmless(-3.5)
    ("'=cmd()", 'Müller', -3.5)
    """
    if isinstance(cell, str) and (cell.startswith(_LIVE) or _bare(cell).startswith(_LIVE)):
        return f"'{cell}"
    return cell


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

"""Dirty ledgers made from a number: every format, encoding and nonsense that files bring."""

from __future__ import annotations

import csv
import datetime as dt
import decimal
import gzip
import io
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from segml.ledger.contract import TABLES, Column, Table
from segml.words.plan import Economics, LedgerPlan, SourcePlan

NONSENSE = (
    *("", " ", "nan", "NaN", "NULL", "None", "N/A", "inf", "-Infinity", "1e308", "1e400", "-0.0"),
    *("1,000", "1.000,50", "1 000", "€5", "(5)", "0x10", "1_000", "١٢", "५", "½", "1e", "--1", "+"),
    *("2024-02-30", "31/12/2024", "03/04/2024", "0000-00-00", "9999-12-31", "1066-10-14", "once"),
    *(
        "2024-03-31T02:30:00",
        "2024-10-27 01:30",
        "2024-10-27T01:30:00+01:00",
        "2024-06-30T23:59:60",
    ),
    *(
        "2024-01-01T00:00:00Z",
        "2024-01-01T00:00:00+05:45",
        "24:00",
        "45000",
        "1704067200",
        "20240101",
    ),
    *(
        "客户",
        "Ü",
        "a\u202eb",
        "\u200b",
        "😀",
        "a\tb",
        'say "x"',
        "it's",
        "a;b",
        "a,b",
        "a|b",
        "x\ny",
    ),
    *("a\x00b", "\x1b[31m", "=1+1", "<script>", "%s%n", "{{7*7}}", "../..", "segml_row", "\ufeff"),
    *("true", "yes", "on", "TRUE", "12345.0", "00012", "1e5", "S" * 4000, "EUR", "usd", "ZZZ"),
)
GOOD = {
    "currency": "EUR",
    "scope": "all",
    "outcome": "upheld",
    "kind": "visit",
    "due_on": "2025-01-01",
}
GOOD |= {"resolved_on": "2025-01-02", "left_on": "2025-01-02", "paid_on": "", "acquired_on": ""}
"""What fits the other columns of its row."""
USUAL: dict[str, Callable[[Random], str]] = {
    "id": lambda draw: f"c{draw.randrange(6)}",
    "number": lambda draw: f"{draw.uniform(-50, 500):.2f}",
    "day": lambda draw: str(dt.date(2024, 1, 1) + dt.timedelta(draw.randrange(300))),
    "text": lambda draw: draw.choice(["EUR", "visit", "north", "all", "upheld", "complaint"]),
    "flag": lambda draw: draw.choice(["0", "1", "true", "no"]),
}
ENCODINGS = (
    "utf-8",
    "utf-8",
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "cp1251",
    "latin-1",
    "gbk",
    "shift_jis",
)
TYPES: tuple[Callable[[Random], tuple[pa.DataType, Any]], ...] = (
    lambda draw: (pa.int64(), draw.choice([0, 1, -1, 2**63 - 1, -(2**63)])),
    lambda draw: (pa.uint8(), draw.randrange(256)),
    lambda draw: (pa.float64(), draw.choice([1.5, float("inf"), float("nan"), -0.0, 1e308])),
    lambda draw: (pa.float32(), draw.choice([12345.0, float("-inf"), 1e-40])),
    lambda draw: (pa.decimal128(38, 10), decimal.Decimal(draw.randrange(10**9)).scaleb(-3)),
    lambda draw: (pa.date32(), dt.date(draw.choice([1, 1970, 2024, 9999]), 2, 28)),
    lambda draw: (pa.timestamp("us"), dt.datetime(2024, 3, 31, 2, draw.randrange(60))),
    lambda draw: (pa.timestamp("us", tz="UTC"), dt.datetime(2024, 10, 27, 1, tzinfo=dt.UTC)),
    lambda draw: (pa.time64("us"), dt.time(draw.randrange(24))),
    lambda draw: (pa.duration("us"), dt.timedelta(draw.randrange(9))),
    lambda draw: (pa.bool_(), draw.random() < 0.5),
    lambda draw: (pa.binary(), draw.choice([b"", b"\xff\xfe", b"abc"])),
    lambda draw: (pa.list_(pa.int64()), [draw.randrange(9)]),
    lambda draw: (pa.struct([("x", pa.int64())]), {"x": draw.randrange(9)}),
    lambda draw: (pa.null(), None),
    lambda draw: (pa.dictionary(pa.int8(), pa.string()), draw.choice(["a", "b"])),
)
"""Arrow types with a value of each."""


def _cell(draw: Random, column: Column, dirt: float) -> str:
    if draw.random() < dirt:
        return draw.choice(NONSENSE)
    if column.name in GOOD:
        return GOOD[column.name]
    good = USUAL[column.kind](draw)
    return good.removeprefix("-") if column.not_negative else good


def _columns(draw: Random, table: Table) -> list[Column]:
    chosen = [c for c in table.columns if draw.random() < (0.97 if c.required else 0.5)]
    if draw.random() < 0.2:
        draw.shuffle(chosen)
    return chosen


def _heads(draw: Random, columns: list[Column]) -> list[str]:
    heads = [column.name for column in columns]
    odd = draw.random()
    if odd < 0.1 and heads:
        place = draw.randrange(len(heads))
        heads[place] = draw.choice(
            [heads[place].upper(), f" {heads[place]} ", draw.choice(NONSENSE)]
        )
    elif odd < 0.15 and heads:
        heads.append(draw.choice([heads[0], "colour", *NONSENSE]))  # one too many
    return heads


def _csv(draw: Random, heads: list[str], rows: list[list[str]]) -> bytes:
    made = io.StringIO()
    writer = csv.writer(
        made,
        delimiter=draw.choice(",,,;|\t"),
        lineterminator=draw.choice(["\n", "\n", "\r\n", "\r"]),
        quoting=draw.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    )
    writer.writerows([heads, *rows])
    text = made.getvalue()
    if draw.random() < 0.1:  # a line that is no row, an unclosed quote, a cut end
        text = draw.choice(
            [f"{text}one,two\n", f'{text}"open,', text[: len(text) // 2], "\n" + text]
        )
    content = text.encode(draw.choice(ENCODINGS), "replace")
    if draw.random() < 0.05:
        place = draw.randrange(len(content) + 1)
        content = content[:place] + bytes([draw.randrange(256)]) + content[place:]
    return content


def _parquet(draw: Random, heads: list[str], rows: list[list[str]]) -> bytes:
    arrays = []
    for place in range(len(heads)):
        values: list[Any] = [row[place] if place < len(row) else None for row in rows]
        if draw.random() < 0.3:
            make = draw.choice(TYPES)
            kind, _ = make(draw)
            arrays.append(pa.array([make(draw)[1] for _ in rows], type=kind))
        else:
            arrays.append(pa.array(values, type=pa.string()))
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, names=heads), sink)
    content = sink.getvalue()
    return content[: len(content) // 2] if draw.random() < 0.03 else content


def _file(draw: Random, folder: Path, table: Table) -> SourcePlan:
    columns, dirt = _columns(draw, table), draw.choice([0.0, 0.0, 0.01, 0.01, 0.1, 0.5])
    heads = _heads(draw, columns)
    rows = [
        [_cell(draw, c, dirt) for c in columns]
        for _ in range(draw.choice([0, 1, 8, 30, 30, 30, 30]))
    ]
    rows = [[*row, *[""] * (len(heads) - len(row))] for row in rows]
    rows += [draw.choice(rows) for _ in range(draw.choice([0, 0, 3])) if rows]  # duplicates
    if draw.random() < 0.3 and heads:
        path, content = folder / f"{table.name}.parquet", _parquet(draw, heads, rows)
    elif draw.random() < 0.1:
        path, content = folder / f"{table.name}.csv.gz", gzip.compress(_csv(draw, heads, rows))
        content = content[:-9] if draw.random() < 0.2 else content
    else:
        path, content = folder / f"{table.name}.csv", _csv(draw, heads, rows)
    path.write_bytes(content)
    where = draw.choice([*[None] * 9, "client_id <> 'c1'", "true", "null", "1 = 0"])
    return SourcePlan(path=str(path), where=where)


def dirty_ledger(seed: int, folder: Path) -> tuple[LedgerPlan, Economics]:
    """A ledger in a folder, and how it is to be read."""
    draw = Random(seed)
    tables = [table for table in TABLES if table.name == "transactions" or draw.random() < 0.3]
    plan = LedgerPlan(
        **{table.name: _file(draw, folder, table) for table in tables},
        timezone=draw.choice(["UTC", "Europe/London", "America/St_Johns", "Pacific/Apia"]),
        max_bad_share=draw.choice([0.0, 0.05, 1.0]),
        duplicates=draw.choice(["keep", "drop"]),
        rates=draw.choice([{}, {"USD": 0.9}, {"USD": 0.9, "EUR": 1.0}]),
        folder=str(folder),
    )
    return plan, Economics(currency=draw.choice([None, "EUR", "USD"]))

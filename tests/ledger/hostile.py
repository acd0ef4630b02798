"""Ledgers whose columns, tables and paths have hostile names, or whose SQL reaches elsewhere."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

from segml.words.plan import LedgerPlan, SourcePlan

CANARY = "canary-7f3a"
"""Stands in files beside the portfolio's folder, which nothing names."""
PIECES = (
    *('"', '""', "'", "''", ";", "--", "/*", "*/", "(", ")", "$1", "?", "%s", "{lines}", "{}"),
    *("\\", "\n", "\t", "\x00", " ", ".", "..", "/", "*", "[a]", "~", "`", "@", "#", "&&", "|"),
    *("select", "from", "drop table raw_transactions", "union all", "null", "segml_row", "segml_"),
    *("read_text", "client_id", "date", "amount", "x", "é", "客", "\u202e", "\u200b", "😀", "É"),
    *("env:HOME", "sql:", "file://", "http://a", "raw_transactions", "information_schema", "main."),
)
READERS = (
    "read_text",
    "read_csv",
    "read_csv_auto",
    "read_blob",
    "glob",
    "read_parquet",
    "sniff_csv",
)


@dataclass(frozen=True)
class Hostile:
    """A ledger, and whether DuckDB's own words may be told of it (its SQL is a person's)."""

    plan: LedgerPlan
    is_sql: bool


def _name(draw: Random) -> str:
    length = draw.choice([1, 2, 3, 5, 9]) if draw.random() < 0.97 else 500
    return "".join(draw.choice(PIECES) for _ in range(length))


def _named_columns(draw: Random, folder: Path) -> Hostile:
    heads = [_name(draw) for _ in range(3 + draw.randrange(2))]
    rows = [["a", "2024-01-01", "1", "z"][: len(heads)] for _ in range(2)]
    if draw.random() < 0.5:
        path = folder / "lines.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([heads, *rows])
    else:
        path = folder / "lines.parquet"
        columns = [pa.array(column) for column in zip(*rows, strict=True)]
        pq.write_table(pa.Table.from_arrays(columns, names=heads), path)
    columns = dict(zip(("client_id", "date", "amount"), heads, strict=False))
    source = SourcePlan(path=str(path), columns=columns)
    is_sql = any(head.startswith("sql:") for head in heads)  # then it is an expression by contract
    return Hostile(LedgerPlan(transactions=source, folder=str(folder)), is_sql=is_sql)


def _named_file(draw: Random, folder: Path) -> Hostile:
    name = _name(draw) + draw.choice([".csv", ".csv", ".parquet", ".gz", ""])
    path = f"{folder}/{name}"
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        if Path(path).resolve().is_relative_to(folder):
            Path(path).write_text("client_id,date,amount\na,2024-01-01,1\n", "utf-8")
    except (OSError, ValueError):
        pass  # a name that the system refuses stays one that the configuration says
    return Hostile(LedgerPlan(transactions=SourcePlan(path=path), folder=str(folder)), is_sql=False)


def _named_table(draw: Random, folder: Path) -> Hostile:
    name = _name(draw)
    path = folder / "lines.csv"
    path.write_text("client_id,date,amount\na,2024-01-01,1\n", "utf-8")
    quoted = '"' + name.replace('"', '""') + '"'
    source = SourcePlan(query=f"select * from {quoted}", files={name: str(path)})
    return Hostile(LedgerPlan(transactions=source, folder=str(folder)), is_sql=True)


def _reaching(draw: Random, folder: Path, secret: Path) -> Hostile:
    """SQL of the configuration that reaches for the canary."""
    path = folder / "lines.csv"
    path.write_text("client_id,date,amount\na,2024-01-01,1\n", "utf-8")
    target = draw.choice(
        [str(secret), str(folder / ".." / secret.name), f"file://{secret}", f"{secret.parent}/*"]
    )
    reader = draw.choice(READERS)
    reader = "".join(draw.choice([c.upper(), c]) for c in reader)
    gap = draw.choice([" ", "\n", "/**/", "\t"])
    taken = draw.choice(
        [
            f"(select{gap}max(columns(*)::varchar) from {reader}{gap}('{target}'))",
            f"(select max(x::varchar) from (from '{target}') as t(x))",
            f"(select max(content) from{gap}read_text(['{target}']))",
            f"getenv('HOME') || (select count(*) from {reader}('{target}'))",
            f"client_id) from (select 1); copy (select 1) to '{secret.parent}/written.csv'; --",
            f"(select max(1) from sqlite_scan('{target}', 'x'))",
            f"(select query('select * from {reader}(''{target}'')'))",
        ]
    )
    if draw.random() < 0.5:
        source = SourcePlan(path=str(path), columns={"client_id": f"sql:{gap}{taken}"})
    elif draw.random() < 0.5:
        source = SourcePlan(path=str(path), where=f"{taken} is not null")
    else:
        query = f"select {taken} as client_id, date, amount from lines"
        source = SourcePlan(query=query, files={"lines": str(path)})
    return Hostile(LedgerPlan(transactions=source, folder=str(folder)), is_sql=True)


def hostile_ledger(seed: int, folder: Path) -> Hostile:
    """A ledger in the portfolio's folder, `folder/portfolio`; the canary stands beside it."""
    draw = Random(seed)
    secret = folder / "secret.csv"
    secret.write_text(f"client_id,date,amount\n{CANARY},2024-01-01,1\n", "utf-8")
    portfolio = folder / "portfolio"
    portfolio.mkdir()
    make = draw.choice([_named_columns, _named_file, _named_table, None])
    return make(draw, portfolio) if make else _reaching(draw, portfolio, secret)

"""What is asked of files is what pandas gives of frames, of those clients that may be seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from segml.report.table import Condition, FrameTable, Table
from segml.stores.asked import Asked

COUNT = 400


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    chance = np.random.default_rng(7)
    money = chance.normal(0, 100, COUNT).round(1)
    days = [None if n % 5 == 0 else dt.date(2024, 1, 1 + n % 28) for n in range(COUNT)]
    return pd.DataFrame(
        {
            "client_id": [f"c{n:04d}" for n in range(COUNT)],
            "like": [f"c{(7 * n) % COUNT:04d}" for n in range(COUNT)],
            "manager": [
                None if n % 11 == 0 else ("Anna", "Ben's", "李")[n % 3] for n in range(COUNT)
            ],
            "is_key": chance.random(COUNT) < 0.3,
            "missed": pd.array(chance.integers(0, 4, COUNT)).astype("Int32"),
            "money": np.where(chance.random(COUNT) < 0.1, np.nan, money),
            "day": days,
        }
    )


def asked(frame: pd.DataFrame, **more: Any) -> Asked:
    table = pa.Table.from_pandas(frame, preserve_index=False)

    def source(columns: Sequence[str]) -> pa.RecordBatchReader:
        return table.select(list(columns)).to_reader(max_chunksize=64)

    return Asked(source, table.column_names, **more)


CONDITIONS: list[tuple[Condition, ...]] = [
    (),
    (("is_key", "=", True),),
    (("is_key", "=", False), ("missed", ">", 1)),
    (("manager", "=", "Ben's"),),
    (("manager", "!=", "Anna"),),
    (("manager", "is", False),),
    (("manager", "is", True), ("money", ">=", 0)),
    (("manager", "in", ["Anna", "李", "nobody"]),),
    (("manager", "not in", ["Anna"]),),
    (("manager", "in", []),),
    (("manager", "not in", []),),
    (("client_id", "in", ["c0001", "c0399", "x' or true --"]),),
]


@pytest.mark.parametrize("where", CONDITIONS)
def test_files_answer_as_frames_do(frame: pd.DataFrame, where: tuple[Condition, ...]) -> None:
    _same(asked(frame), FrameTable(frame), where)


@pytest.mark.parametrize("where", CONDITIONS[:4])
def test_rows_that_may_not_be_seen_count_for_nothing(
    frame: pd.DataFrame, where: tuple[Condition, ...]
) -> None:
    ids = [f"c{n:04d}" for n in range(0, COUNT, 3)]
    seen = frame[frame["client_id"].isin(ids)]
    _same(asked(frame, ids=pa.array(ids)), FrameTable(seen), where)
    both = seen[seen["like"].isin(ids)]
    pairs = asked(frame, ids=pa.array(ids), seen_by=("client_id", "like"))
    _same(pairs, FrameTable(both), where)
    nobody = asked(frame, ids=pa.array([], pa.string()))
    assert nobody.count(*where) == 0
    assert nobody.rows(*where) == []


def _same(one: Table, other: Table, where: tuple[Condition, ...]) -> None:
    assert one.count(*where) == other.count(*where)
    assert one.sums(("money", "missed"), *where) == pytest.approx(
        other.sums(("money", "missed"), *where)
    )
    for by in (("manager",), ("is_key", "manager")):
        mine, theirs = (each.groups(by, ("money",), *where) for each in (one, other))
        assert [{**row, "money": pytest.approx(row["money"])} for row in theirs] == list(mine)
    for order in (
        (("money", True), ("client_id", False)),
        (("day", False), ("missed", True), ("client_id", False)),
    ):
        for most in (None, 0, 7):
            found = one.rows(*where, order=order, most=most)
            assert list(found) == list(other.rows(*where, order=order, most=most))
    columns = ("client_id", "missed")
    told = one.frame(columns, *where).sort_values("client_id", ignore_index=True)
    expected = other.frame(columns, *where).sort_values("client_id", ignore_index=True)
    assert list(told["client_id"]) == list(expected["client_id"])
    assert list(told["missed"]) == list(expected["missed"])


def test_an_unknown_comparison_is_a_mistake_of_ours(frame: pd.DataFrame) -> None:
    for table in (asked(frame), FrameTable(frame)):
        with pytest.raises(KeyError):
            table.count(("money", "~", 1.0))

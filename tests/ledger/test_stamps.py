"""A file that is removed, cut off or rewritten between two looks at it is refused as such."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from segml.ledger import check_ledger, parquet, reading, sources
from segml.words.errors import DataRefused
from segml.words.plan import Economics, LedgerPlan, SourcePlan

LINES = pd.DataFrame(
    {
        "client_id": [f"c{number % 50}" for number in range(5_000)],
        "date": ["2011-01-01"] * 5_000,
        "amount": [float(number) for number in range(5_000)],
    }
)


def cut(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])


def rewrite(file: Path) -> None:
    write(file, LINES.head(4_000))


CHANGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "removed": (Path.unlink, "was removed while it was read"),
    "cut": (cut, r"changed while it was read: .*bytes before"),
    "rewritten": (rewrite, "changed while it was read"),
}


def write(file: Path, frame: pd.DataFrame) -> None:
    if file.suffix == ".csv":
        frame.to_csv(file, index=False)
    else:
        frame.to_parquet(file)


def plan_of(file: Path, *, query: bool) -> LedgerPlan:
    source = SourcePlan(path=str(file))
    if query:
        source = SourcePlan(query="SELECT * FROM lines", files={"lines": str(file)})
    return LedgerPlan(transactions=source, folder=str(file.parent))


def once_before(
    monkeypatch: pytest.MonkeyPatch, room: Any, name: str, change: Callable[[], None]
) -> None:
    """Let a change happen right before a step of the reading is taken for the first time."""
    real, left = getattr(room, name), [change]

    def step(*args: Any, **kwargs: Any) -> Any:
        if left:
            left.pop()()
        return real(*args, **kwargs)

    monkeypatch.setattr(room, name, step)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("step", ["parquet_sql", "map_columns", "parse_table", "keep_quarantine"])
def test_parquet_that_changes_before_any_step_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, change: str
) -> None:
    file = tmp_path / "lines.parquet"
    write(file, LINES)
    do, said = CHANGES[change]
    once_before(monkeypatch, parquet if step == "parquet_sql" else reading, step, lambda: do(file))
    with pytest.raises(DataRefused, match=said):
        check_ledger(plan_of(file, query=False), Economics())


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("query", [False, True])
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_copied_file_that_changes_between_look_and_reading_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, query: bool, change: str
) -> None:
    file = tmp_path / f"lines.{ending}"
    write(file, LINES)
    do, said = CHANGES[change]
    step = "load_csv" if ending == "csv" else "parquet_sql"
    monkeypatch.setattr(reading, "parquet_in_place", lambda *_: None)
    once_before(monkeypatch, sources, step, lambda: do(file))
    with pytest.raises(DataRefused, match=said):
        check_ledger(plan_of(file, query=query), Economics())


def test_a_file_that_went_after_it_was_listed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "lines.csv"
    write(file, LINES)
    once_before(monkeypatch, sources, "stamps_of", file.unlink)
    with pytest.raises(DataRefused, match="was removed while it was read"):
        check_ledger(plan_of(file, query=False), Economics())


def test_a_table_that_was_read_whole_may_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "lines.csv"
    write(file, LINES)
    once_before(monkeypatch, reading, "map_columns", file.unlink)
    assert check_ledger(plan_of(file, query=False), Economics()).counts["transactions"].kept == 5000

"""A column that a model was trained with and that came no more is named as the ledger names it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import segml
from segml.words.errors import DataRefused

DAY = "2024-04-01"


def _without(chain: Any, folder: Path, table: str, *columns: str) -> Path:
    source = chain.config.parent
    shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("out"))
    for path in (folder / "ledger" / table).rglob("*.parquet"):
        frame = pd.read_parquet(path)
        assert set(columns) <= set(frame)
        frame.rename(columns={each: f"{each}_new" for each in columns}).to_parquet(path)
    return folder / chain.config.name


@pytest.mark.parametrize(
    ("table", "columns", "said"),
    [
        ("transactions", ("cost",), r"`transactions\.cost`, of which \d+ features"),
        (
            "transactions",
            ("category", "product"),
            r"no `transactions\.category`, `transactions\.product`, ",
        ),
        ("interactions", ("minutes",), r"no `interactions\.minutes`, "),
    ],
)
def test_a_column_that_came_no_more_is_named_and_nothing_is_published(
    chain: Any, tmp_path: Path, table: str, columns: tuple[str, ...], said: str
) -> None:
    config = _without(chain, tmp_path, table, *columns)
    with pytest.raises(DataRefused, match=said) as refused:
        segml.score(config, as_of=DAY)
    assert refused.value.exit_code == 3
    assert not list((tmp_path / "out").glob("as_of=*"))

"""Single files appear whole, in folders that are made for them."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from segml.stores import publish_file, write_frame


def test_a_file_is_published_in_a_folder_that_is_made_for_it(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "отчёт.html"
    for content in (b"<p>one", b"<p>two"):
        assert publish_file(target, content) == target
        assert target.read_bytes() == content
    assert [entry.name for entry in target.parent.iterdir()] == ["отчёт.html"]


def test_a_file_that_cannot_be_replaced_stays_and_nothing_is_left_beside_it(
    tmp_path: Path,
) -> None:
    target = tmp_path / "report.html"
    (target / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match=r"report\.html"):
        publish_file(target, b"<p>")
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]
    assert (target / "inside").is_dir()


def frame() -> pd.DataFrame:
    days = [dt.date(2011, 1, 31), dt.date(2011, 2, 1)]
    columns = {"client_id": ["1", "公司"], "date": days, "amount": [0.1, None]}
    return pd.DataFrame(columns, index=[7, 8])


def test_a_table_is_read_back_as_it_was_without_its_index(tmp_path: Path) -> None:
    target = write_frame(tmp_path / "ledger" / "lines.parquet", frame())
    back = pd.read_parquet(target)
    pd.testing.assert_frame_equal(back, frame().reset_index(drop=True))
    assert str(pq.read_schema(target).field("date").type) == "date32[day]"
    assert pq.read_schema(target).metadata is None  # no version of a library, no index


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    one, other = (write_frame(tmp_path / name, frame()) for name in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()

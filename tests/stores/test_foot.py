"""A file is read by a foot of our own writing as by its own: the same values, of the same types."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segml.stores.compact import several, small, struct, text
from segml.stores.foot import Foot

ROWS, GROUP = 100, 16
DAY = dt.date(2024, 2, 29)


def table(rows: int = ROWS) -> pa.Table:
    """Every type of a published column, with nulls where they may be, and long texts."""
    number = range(rows)
    some = [None if n % 7 == 0 else n for n in number]
    columns = {
        "client_id": pa.array([f"клиент {n:03d}" for n in number], pa.string()),
        "kind": pa.array([None if n is None else ("а", "b")[n % 2] for n in some], pa.string()),
        "long": pa.array([f"{n}" * 300 for n in number], pa.string()),
        "day": pa.array([None if n is None else DAY + dt.timedelta(n) for n in some], pa.date32()),
        "is_key": pa.array([n % 3 == 0 for n in number], pa.bool_()),
        "rank": pa.array(some, pa.int32()),
        "count": pa.array([n * 10**12 - 5 for n in number], pa.int64()),
        "part": pa.array(some, pa.float32()),
        "money": pa.array(some, pa.float64()),
        **{f"figure_{n}": pa.array([float(n)] * rows, pa.float64()) for n in range(20)},
    }
    never = ("client_id", "is_key", "count")
    fields = [pa.field(n, c.type, nullable=n not in never) for n, c in columns.items()]
    return pa.Table.from_arrays([*columns.values()], schema=pa.schema(fields))


def written(path: Path, whole: pa.Table, **how: object) -> Path:
    pq.write_table(whole, path, **{"row_group_size": GROUP, **how})
    return path


@pytest.mark.parametrize("compression", ["none", "snappy", "zstd"])
@pytest.mark.parametrize("dictionary", [True, False, ["kind"]])
def test_what_is_read_is_what_the_file_holds(
    tmp_path: Path, compression: str, dictionary: object
) -> None:
    whole = table()
    path = written(
        tmp_path / "a.parquet", whole, compression=compression, use_dictionary=dictionary
    )
    with pa.OSFile(str(path)) as source:
        foot = Foot(source)
        assert foot.names == tuple(whole.column_names)
        assert foot.rows == (16,) * 6 + (4,)
        for groups in ([0], [6], [2, 3], [*range(7)]):
            for columns in (whole.column_names, ["money", "client_id"], ["kind", "day"]):
                file = pq.ParquetFile(source, metadata=foot.part(groups, columns))
                rows = [row for group in groups for row in range(ROWS)[GROUP * group :][:GROUP]]
                assert file.read().equals(whole.select(columns).take(rows))
                assert (
                    file.schema_arrow
                    == whole.schema.remove_metadata().empty_table().select(columns).schema
                )


def test_once_settled_it_says_the_same_without_what_arrow_keeps(tmp_path: Path) -> None:
    whole = table()
    path = written(tmp_path / "a.parquet", whole)
    with pa.OSFile(str(path)) as source:
        early, late = Foot(source), Foot(source)
        assert early.part([5], ["kind"]).equals(late.part([5], ["kind"]))
        late.settle()
        assert late._told is None
        for groups in ([0], [*range(7)]):
            assert early.part(groups, ["day", "kind"]).equals(late.part(groups, ["day", "kind"]))
        file = pq.ParquetFile(source, metadata=late.part([*range(7)], whole.column_names))
        assert file.read().equals(whole)


def test_a_text_of_few_kinds_is_read_as_codes(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", table())
    with pa.OSFile(str(path)) as source:
        part = Foot(source).part([1], ["kind"])
        read = pq.ParquetFile(source, metadata=part, read_dictionary=["kind"]).read()
    assert pa.types.is_dictionary(read["kind"].type)
    assert read["kind"].to_pylist() == table()["kind"].to_pylist()[GROUP : 2 * GROUP]


def test_where_each_group_ends_by_client(tmp_path: Path) -> None:
    whole = table()
    ids = whole["client_id"].to_pylist()
    sorted_so = written(tmp_path / "a.parquet", whole)
    untold = written(tmp_path / "b.parquet", whole, write_statistics=["kind"])
    otherwise = written(tmp_path / "c.parquet", whole.select(["kind", "client_id"]))
    with pa.OSFile(str(sorted_so)) as source:
        assert Foot(source).last == (*ids[15:96:16], ids[-1])
    for path in (untold, otherwise):
        with pa.OSFile(str(path)) as source:
            assert Foot(source).last is None


def test_of_few_columns_it_knows_those_alone(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", table())
    with pa.OSFile(str(path)) as source:
        foot = Foot(source, ("money", "client_id"))
        read = pq.ParquetFile(source, metadata=foot.part([2], ["money"])).read()
        assert read["money"].to_pylist() == table()["money"].to_pylist()[32:48]
        assert foot.last is not None
        with pytest.raises(KeyError):
            foot.part([0], ["kind"])


def test_a_text_of_another_writer_is_read_as_text(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.parquet", pa.table({"a": pa.array(["b", None], pa.large_string())})
    )
    with pa.OSFile(str(path)) as source:
        foot = Foot(source)
        read = pq.ParquetFile(source, metadata=foot.part([0], ["a"])).read()
    assert read.schema == foot.schema(["a"]) == pa.schema([("a", pa.string())])
    assert read["a"].to_pylist() == ["b", None]


def test_an_empty_file_has_no_groups(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", table(0))
    with pa.OSFile(str(path)) as source:
        foot = Foot(source)
        assert sum(foot.rows) == 0
        assert foot.schema(["day"]) == pa.schema([("day", pa.date32())])


def test_what_no_run_is_published_with_is_refused(tmp_path: Path) -> None:
    moments = pa.table({"client_id": ["a"], "when": pa.array([0], pa.timestamp("us"))})
    path = written(tmp_path / "a.parquet", moments)
    squeezed = written(tmp_path / "b.parquet", table(), compression="gzip")
    with pa.OSFile(str(path)) as source:
        assert Foot(source).part([0], ["client_id"]).num_columns == 1
        with pytest.raises(pa.ArrowInvalid, match="not as published"):
            Foot(source).part([0], ["when"])
    with pa.OSFile(str(squeezed)) as source, pytest.raises(pa.ArrowInvalid, match="not as"):
        Foot(source).part([0], ["client_id"])


def test_what_is_no_parquet_file_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"no parquet file, though of some length")
    with pa.OSFile(str(path)) as source, pytest.raises(pa.ArrowInvalid):
        Foot(source)


def test_a_list_and_a_number_of_any_length() -> None:
    assert several([small(1)] * 14).told[0] == 0xE5
    assert several([small(1)] * 300).told[:3] == b"\xf5\xac\x02"
    assert text("я" * 100).told[:2] == b"\xc8\x01"
    assert struct({1: small(0), 16: small(-64)}).told == b"\x15\x00\xf5\x7f\x00"

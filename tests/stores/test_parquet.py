"""What is written is what its schema says, byte for byte, or nothing."""

import datetime as dt
import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segml.stores.declaration import TableSchema, declare
from segml.stores.parquet import (
    Frames,
    SchemaBroken,
    conform,
    rows_of_group,
    schema_of,
    write_parquet,
)
from segml.stores.schemas import CLIENTS, EVIDENCE, OUTLOOK, TABLES


def parquet_bytes(frames: Frames, schema: TableSchema) -> bytes:
    sink = io.BytesIO()
    write_parquet(sink, frames, schema)
    return sink.getvalue()


def clients() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "client_id": ["b", "Ж", "a"],
            "name": ["x", None, "公司"],
            "manager": [None, None, None],
            "region": [np.nan, "north", None],
            "industry": ["q", "r", "s"],
        }
    )


def test_the_same_rows_in_any_order_give_the_same_bytes() -> None:
    frame = clients()
    first = parquet_bytes(frame, CLIENTS)
    assert first == parquet_bytes(frame.iloc[[2, 0, 1]], CLIENTS)
    assert first == parquet_bytes(frame.set_index("client_id"), CLIENTS)
    assert first != parquet_bytes(frame.assign(name="y"), CLIENTS)


def test_equal_keys_without_a_unique_key_are_ordered_by_their_other_columns() -> None:
    rows = pd.DataFrame(
        {
            "client_id": ["a", "a", "a"],
            "reason": ["margin"] * 3,
            "table": ["transactions"] * 3,
            "row_key": ["7"] * 3,
            "date": [dt.date(2011, 1, 3), dt.date(2011, 1, 2), None],
            "text_code": ["discount"] * 3,
            "amount": [1.0, 2.0, 3.0],
        }
    )
    assert parquet_bytes(rows, EVIDENCE) == parquet_bytes(rows.iloc[::-1], EVIDENCE)
    assert conform(rows, EVIDENCE)["date"].to_pylist()[-1] is None


def test_the_file_carries_the_contracts_types_and_no_metadata_of_pandas() -> None:
    rows = pd.DataFrame(
        {"client_id": ["1"], "horizon_days": [90], "p_churn": [0.5], "p_up": [None], "p_down": [0]}
    )
    table = pq.read_table(io.BytesIO(parquet_bytes(rows, OUTLOOK)))
    assert table.schema.equals(OUTLOOK.arrow)
    assert table.schema.metadata is None
    assert table.column("horizon_days").type == pa.int32()


def test_every_breach_is_named_at_once() -> None:
    frame = clients().drop(columns="name").assign(zeal=1)
    with pytest.raises(SchemaBroken) as refused:
        parquet_bytes(frame, CLIENTS)
    assert "- name: missing" in str(refused.value)
    assert "+ zeal: not in the schema" in str(refused.value)


@pytest.mark.parametrize(
    ("column", "values", "says"),
    [
        ("client_id", ["a", None, "b"], "1 of 3 values are null"),
        ("client_id", [1, 2, 3], "int64, not string"),
        ("client_id", ["a", "a", "b"], "1 rows repeat their key (client_id, horizon_days)"),
        ("p_churn", [0.1, np.inf, -np.inf], "2 of 3 values are infinite"),
        ("p_churn", ["low", "high", "low"], "p_churn"),
        ("horizon_days", [90, 90.5, 90], "horizon_days"),
        ("horizon_days", [90, 2**31, 90], "horizon_days"),
    ],
)
def test_a_wrong_value_is_refused(column: str, values: list[object], says: str) -> None:
    rows = pd.DataFrame(
        {
            "client_id": ["a", "b", "c"],
            "horizon_days": [90, 90, 90],
            "p_churn": [0.1, 0.2, 0.3],
            "p_up": [None, None, None],
            "p_down": [None, None, None],
        }
    )
    parquet_bytes(rows, OUTLOOK)
    with pytest.raises(SchemaBroken) as refused:
        parquet_bytes(rows.assign(**{column: values}), OUTLOOK)
    assert says in str(refused.value)


def test_a_doubled_column_and_an_undeclared_table_are_refused() -> None:
    frame = pd.concat([clients(), clients()[["name"]]], axis=1)
    with pytest.raises(SchemaBroken, match="name: twice"):
        parquet_bytes(frame, CLIENTS)
    with pytest.raises(SchemaBroken, match="`clientele` is not declared"):
        schema_of("clientele", frame)


def test_features_keep_the_float32_the_models_saw() -> None:
    frame = pd.DataFrame(
        {
            "as_of": [dt.date(2011, 6, 1)] * 2,
            "silence_days": np.array([0.1, np.nan], np.float32),
            "industry": ["a", None],
        },
        index=pd.Index(["2", "1"], name="client_id"),
    )
    table = conform(frame, schema_of("features", frame))
    assert table.schema.names == ["as_of", "client_id", "silence_days", "industry"]
    assert table["silence_days"].type == pa.float32()
    assert table["silence_days"].to_pylist() == [None, float(np.float32(0.1))]


@pytest.mark.parametrize("name", sorted(TABLES))
def test_an_empty_frame_of_any_table_is_a_file_with_its_columns(name: str) -> None:
    empty = pd.DataFrame({column: [] for column in TABLES[name].names}, dtype=object)
    table = pq.read_table(io.BytesIO(parquet_bytes(empty, TABLES[name])))
    assert (table.num_rows, tuple(table.schema.names)) == (0, TABLES[name].names)


KEY = ("client_id", "rank")
LONG = declare("long", ("client_id text", "rank count", "word text?", "share number?"), key=KEY)


def long(rows: int) -> pd.DataFrame:
    number = np.arange(rows)
    return pd.DataFrame(
        {
            "client_id": [f"C{one:07d}" for one in number // 4],
            "rank": number % 4,
            "word": np.array(["один", "two", None], dtype=object)[number % 3],
            "share": np.where(number % 5, number / 7, np.nan),
        }
    )


def test_the_size_of_the_chunks_changes_no_byte() -> None:
    group = rows_of_group(LONG.name)
    frame = long(2 * group + 5)
    whole = parquet_bytes(frame, LONG)
    for size in (group // 3, group, 2 * group + 4):
        cut = [frame.iloc[at : at + size] for at in range(0, len(frame), size)]
        words = [one.assign(word=one["word"].astype("category")) for one in cut]
        assert parquet_bytes(iter(cut), LONG) == parquet_bytes(iter(words), LONG) == whole
    groups = pq.ParquetFile(io.BytesIO(whole)).metadata
    assert [groups.row_group(at).num_rows for at in range(3)] == [group, group, 5]


def test_no_chunks_are_an_empty_table() -> None:
    assert parquet_bytes(iter([]), LONG) == parquet_bytes(long(0), LONG)
    some = [long(0), long(8), long(0)]
    assert parquet_bytes(iter(some), LONG) == parquet_bytes(long(8), LONG)


@pytest.mark.parametrize(
    ("places", "says"),
    [
        ([[0, 1, 2], [2, 3]], "1 rows repeat their key (client_id, rank)"),
        ([[0, 1, 3], [2, 4]], "1 rows out of the order of (client_id, rank)"),
        ([[0, 1], [], [1]], "1 rows repeat their key"),
        ([[4, 5], [7, 6]], "1 rows out of the order"),
    ],
)
def test_chunks_are_held_to_the_order_of_the_key_within_and_across(
    places: list[list[int]], says: str
) -> None:
    with pytest.raises(SchemaBroken) as refused:
        parquet_bytes((long(8).iloc[place] for place in places), LONG)
    assert says in str(refused.value)


def test_each_chunk_is_held_to_the_schema() -> None:
    bad = long(8).iloc[4:].assign(share=np.inf)
    with pytest.raises(SchemaBroken, match="share: 4 of 4 values are infinite"):
        parquet_bytes(iter([long(4), bad]), LONG)


def test_a_table_whose_rows_have_no_key_of_their_own_comes_whole() -> None:
    with pytest.raises(ValueError, match="no unique key"):
        parquet_bytes(iter([]), EVIDENCE)


def test_a_unique_key_holds_no_null() -> None:
    with pytest.raises(ValueError, match="a null names no row"):
        declare("some", ["client_id text?"], key=["client_id"])

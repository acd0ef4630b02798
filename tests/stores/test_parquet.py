"""What is written is what its schema says, byte for byte, or nothing."""

import datetime as dt
import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segml.stores.parquet import SchemaBroken, conform, parquet_bytes, schema_of
from segml.stores.schemas import CLIENTS, EVIDENCE, OUTLOOK, TABLES


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

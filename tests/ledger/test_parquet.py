from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from segml.ledger import Check, check_ledger, open_ledger
from segml.words.errors import DataRefused
from segml.words.plan import Economics, LedgerPlan, SourcePlan


def written(folder: Path, name: str, **columns: list[object]) -> None:
    pd.DataFrame(columns).to_parquet(folder / f"{name}.parquet")


def plan(folder: Path) -> LedgerPlan:
    return LedgerPlan(
        transactions=SourcePlan(path=str(folder / "*.parquet")),
        folder=str(folder),
        max_bad_share=1.0,
    )


def checked(folder: Path) -> Check:
    return check_ledger(plan(folder), Economics())


def test_rows_are_counted_through_the_files_in_order_of_their_names(tmp_path: Path) -> None:
    written(tmp_path, "b", client_id=["x", None], date=["2011-01-01"] * 2, amount=["1", "2"])
    written(tmp_path, "a", client_id=["x", "y", "z"], date=["2011-01-01"] * 3, amount=list("1z3"))
    check = checked(tmp_path)
    shown = ["code", "row", "file", "file_row", "amount"]
    assert check.quarantine[shown].values.tolist() == [
        ["bad_amount", 2, "a.parquet", 2, "z"],
        ["missing_client_id", 5, "b.parquet", 2, "2"],
    ]
    assert check.findings.of("bad_amount")[0].first == ("a.parquet row 2: 'z'",)
    assert check.findings.of("missing_client_id")[0].first == ("b.parquet row 2: (empty)",)


def test_a_column_that_a_file_lacks_is_null_there(tmp_path: Path) -> None:
    written(tmp_path, "a", client_id=["x"], date=["2011-01-01"], amount=[1.0])
    written(tmp_path, "b", amount=[2.0], product=["p"], date=["2011-01-01"], client_id=["y"])
    with open_ledger(plan(tmp_path), Economics()) as ledger:
        found = ledger.past(99_999).frame("SELECT product, amount FROM {lines}")
    assert found["product"].isna().tolist() == [True, False]


@pytest.mark.parametrize("name", ["filename", "File_Row_Number", "segml_row"])
def test_a_column_with_a_name_of_duckdbs_does_no_harm(tmp_path: Path, name: str) -> None:
    columns = {"client_id": ["x", "y"], "date": ["2011-01-01"] * 2, "amount": [1.0, None]}
    written(tmp_path, "a", **columns, **{name: [7, 7]})  # type: ignore[arg-type]  # lists of a kind
    quarantine = checked(tmp_path).quarantine
    assert quarantine[["row", "file", "file_row"]].values.tolist() == [[2, "a.parquet", 2]]


def test_equal_lines_of_two_files_are_duplicates(tmp_path: Path) -> None:
    for name in "ab":
        written(tmp_path, name, client_id=["x"], date=["2011-01-01"], amount=[1.0], note=["n"])
    assert checked(tmp_path).findings.of("duplicate_lines")[0].count == 1
    written(tmp_path, "b", client_id=["x"], date=["2011-01-01"], amount=[1.0], note=["other"])
    assert not checked(tmp_path).findings.of("duplicate_lines")


def test_a_file_with_a_broken_page_is_refused_as_such(tmp_path: Path) -> None:
    many = range(5_000)
    ids = [f"client {i * 7919 % 5_000}" for i in many]
    amounts = [float(i) for i in many]
    written(tmp_path, "a", client_id=ids, date=["2011-01-01" for _ in many], amount=amounts)
    file = tmp_path / "a.parquet"
    content = bytearray(file.read_bytes())
    content[40:4000] = bytes(3960)
    file.write_bytes(bytes(content))
    with pytest.raises(DataRefused, match="cannot be read"):
        checked(tmp_path)

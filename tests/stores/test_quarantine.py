"""The quarantine is published with whatever columns its sources have, and never breaks a run."""

from pathlib import Path

import pandas as pd
import pytest

from segml.ledger import Check, check_ledger
from segml.stores import SchemaBroken, publish, quarantine_schema, read_table
from segml.words.plan import Economics, LedgerPlan, SourcePlan

RUN = {"portfolio": "wholesale"}


def checked(folder: Path, transactions: str, clients: str) -> Check:
    for name, text in (("lines", transactions), ("clients", clients)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    lines, listed = (SourcePlan(path=str(folder / f"{n}.csv")) for n in ("lines", "clients"))
    return check_ledger(LedgerPlan(transactions=lines, clients=listed), Economics())


def test_the_rows_of_every_source_are_published_as_they_were(tmp_path: Path) -> None:
    lines = "client_id,date,amount,Счёт\nb,2011-01-01,ten,7\nИван,never,1,\na,2011-01-01,1,9\n"
    check = checked(tmp_path, lines, "client_id,wallet\nc,-1\n")
    folder = publish(tmp_path / "check", {"quarantine": check.quarantine}, RUN)
    back = read_table(folder, "quarantine")
    assert back[["table", "code", "row"]].values.tolist() == [
        ["clients", "negative_wallet", 1],
        ["transactions", "bad_amount", 1],
        ["transactions", "bad_date", 2],
    ]
    assert back["Счёт"].isna().tolist() == [True, False, True]
    assert back["client_id"].tolist() == ["c", "b", "Иван"]
    assert back["wallet"].tolist()[0] == "-1"


def test_an_empty_quarantine_is_a_table_with_its_columns(tmp_path: Path) -> None:
    check = checked(tmp_path, "client_id,date,amount\na,2011-01-01,1\n", "client_id\na\n")
    folder = publish(tmp_path / "check", {"quarantine": check.quarantine}, RUN)
    back = read_table(folder, "quarantine")
    ours = ["table", "code", "row", "file", "file_row"]
    assert list(back.columns) == [*ours, "client_id", "date", "amount"]
    assert back.empty


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        *((name, name) for name in ("two words", "amount number", "x?", "Row", "source:x")),
        *(
            (name, f"source_{name}")
            for name in ("table", "code", "row", "file", "file_row", "text")
        ),
        *((name, name) for name in ("segml_code", "segml_table", "segml_text")),
        ("segml_row", "segml_row_"),
    ],
)
def test_a_source_may_call_its_columns_anything(tmp_path: Path, name: str, shown: str) -> None:
    lines = f"client_id,date,amount,{name}\na,2011-01-01,ten,7\nb,2011-01-01,1,8\nb,1,1,1,1\n"
    check = checked(tmp_path, lines, "client_id\na\n")
    folder = publish(tmp_path / "check", {"quarantine": check.quarantine}, RUN)
    back = read_table(folder, "quarantine")
    assert back["code"].tolist() == ["bad_amount", "unreadable_line"]
    assert back[shown].tolist()[0] == "7"
    assert back["text"].tolist()[1].startswith("b,1,1")


def test_a_source_with_both_names_keeps_both_columns(tmp_path: Path) -> None:
    lines = "client_id,date,amount,code,source_code\na,2011-01-01,ten,7,8\n"
    quarantine = checked(tmp_path, lines, "client_id\na\n").quarantine
    assert quarantine[["source_source_code", "source_code"]].values.tolist() == [["7", "8"]]


def test_a_line_that_is_no_row_is_published_as_its_text(tmp_path: Path) -> None:
    lines = "client_id,date,amount\na,2011-01-01,1\nb,2011-01-01,1,1,1\n"
    check = checked(tmp_path, lines, "client_id\na\n")
    folder = publish(tmp_path / "check", {"quarantine": check.quarantine}, RUN)
    back = read_table(folder, "quarantine")
    assert back[["code", "row", "file"]].values.tolist() == [
        ["unreadable_line", 3, "lines.csv"]  # the line of the file
    ]
    assert back["file_row"].isna().all()
    assert back["text"].str.startswith("b,2011-01-01").all()


def test_every_other_column_is_text_and_may_be_empty() -> None:
    schema = quarantine_schema(["row", "Invoice", "table", "file_row", "code", "file"])
    assert schema.names == ("table", "code", "row", "file", "file_row", "Invoice")
    assert [column.nullable for column in schema.columns] == [False] * 3 + [True] * 3
    types = ["string", "string", "int64", "string", "int64", "string"]
    assert [str(column.type) for column in schema.columns] == types


def test_a_row_without_a_code_is_a_fault(tmp_path: Path) -> None:
    known = {"row": [1], "file": ["a.csv"], "file_row": [1]}
    rows = pd.DataFrame({"table": ["clients"], "code": [None], **known})
    with pytest.raises(SchemaBroken, match="code"):
        publish(tmp_path / "check", {"quarantine": rows}, RUN)

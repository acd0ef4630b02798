from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from segml.ledger import Check, Ledger
from segml.ledger.mapping import _types_at_once
from segml.words.errors import ConfigurationRefused

ROWS = "Customer ID,When,Price,Quantity\n12345.0,2011-01-01,2.5,4\n777.0,2011-01-02,1,2\n"
COLUMNS = {"client_id": "Customer ID", "date": "When", "amount": "sql: Quantity * Price"}


def test_columns_are_renamed_and_derived_in_sql_from_csv_too(opened: Callable[..., Ledger]) -> None:
    ledger = opened(ROWS, columns={**COLUMNS, "quantity": "Quantity"})
    frame = ledger.past(99_999).frame(
        "SELECT client_id, amount, quantity FROM {lines} JOIN {clients} USING (client) ORDER BY 1"
    )
    assert frame.values.tolist() == [["12345", 10.0, 4.0], ["777", 2.0, 2.0]]
    assert ledger.findings.of("unknown_columns") == ()


def test_a_text_that_is_mapped_and_used_in_sql_is_judged_as_text(
    checked: Callable[..., Check],
) -> None:
    rows = ROWS + "".join(f"{i}.0,2011-01-03,1,1\n" for i in range(20)) + "9.0,2011-01-02,1,few\n"
    check = checked(rows, columns={**COLUMNS, "quantity": "Quantity"}, max_bad_share=0.5)
    codes = {item.code for item in check.findings}
    assert {"bad_quantity", "missing_amount"} <= codes
    assert check.quarantine["Quantity"].tolist() == ["few"]


@pytest.mark.parametrize("usual", ["7", "1.234", "12,5"])
def test_a_decimal_comma_is_read_by_the_expression_of_the_documents(
    opened: Callable[..., Ledger], usual: str
) -> None:
    amounts = ["1.234,50", "-12,50", "1\u00a0234,5", *[usual] * 40]
    rows = "".join(f"c{place};2011-01-01;{each}\n" for place, each in enumerate(amounts))
    expression = "sql: replace(replace(Betrag, '.', ''), ',', '.')"
    assert expression in (Path(__file__).parents[2] / "docs" / "ledger.md").read_text("utf-8")
    ledger = opened("client_id;date;Betrag\n" + rows, columns={"amount": expression})
    read = ledger.past(99_999).frame("SELECT amount FROM {lines} ORDER BY amount")["amount"]
    usual_one = float(usual.replace(".", "").replace(",", "."))
    assert sorted([1234.5, -12.5, 1234.5, *[usual_one] * 40]) == read.tolist()


def test_a_finding_of_decimal_commas_says_how_to_read_them(checked: Callable[..., Check]) -> None:
    rows = "client_id;date;amount\na;2011-01-01;1.234,50\nb;2011-01-01;2 345,5\nc;2011-01-01;7\n"
    (found,) = checked(rows).findings.of("bad_amount")
    assert "\"sql: replace(replace(<column>, '.', ''), ',', '.')\"" in found.message
    (other,) = checked(rows + "d;2011-01-01;few\n").findings.of("bad_amount")
    assert "replace" not in other.message  # not all of them
    (other,) = checked("client_id;date;amount\na;2011-01-01;few\n").findings.of("bad_amount")
    assert "replace" not in other.message


def test_where_leaves_rows_out_and_they_are_counted(checked: Callable[..., Check]) -> None:
    check = checked(ROWS, columns=COLUMNS, where="\"Customer ID\" <> '777.0'")
    counts = check.counts["transactions"]
    assert (counts.read, counts.kept, counts.filtered) == (2, 1, 1)


def test_where_that_is_null_leaves_the_row_out(checked: Callable[..., Check]) -> None:
    rows = "client_id,date,amount,kind\na,2011-01-01,1,\nb,2011-01-01,1,sale\n"
    counts = checked(rows, where="kind = 'sale'").counts["transactions"]
    assert (counts.read, counts.kept, counts.filtered) == (2, 1, 1)


@pytest.mark.parametrize(
    ("columns", "where", "says"),
    [
        ({"client_id": "Custommer ID"}, None, "did you mean `Customer ID`"),
        ({"clientid": "Customer ID"}, None, "did you mean `client_id`"),
        ({**COLUMNS, "amount": "sql: Quantty * Price"}, None, "Quantty"),
        ({**COLUMNS, "amount": "sql: Quantity *"}, None, "columns.amount"),
        ({**COLUMNS, "amount": "sql: 1); DROP TABLE raw_transactions; SELECT (1"}, None, "amount"),
        ({**COLUMNS, "amount": "sql: sum(Price)"}, None, "amount"),
        (COLUMNS, "Pryce > 1", "transactions.where"),
        (COLUMNS, "Price >", "transactions.where"),
        ({**COLUMNS, "date": 'sql: CAST("Customer ID" AS DATE)'}, None, "columns.date"),
        ({**COLUMNS, "amount": "sql: unnest([1, 2])"}, None, "expression"),
    ],
)
def test_a_wrong_mapping_is_refused_in_words(
    checked: Callable[..., Check], columns: dict[str, str], where: str | None, says: str
) -> None:
    with pytest.raises(ConfigurationRefused, match=says) as refused:
        checked(ROWS, columns=columns, where=where)
    assert refused.value.exit_code == 2


def test_a_file_without_even_a_header_is_said_to_be_empty(checked: Callable[..., Check]) -> None:
    with pytest.raises(ConfigurationRefused, match=r"is empty.*Next: have its source write it"):
        checked("", columns={"client_id": "Customer"})


def test_a_refused_expression_shows_no_value_of_a_row(checked: Callable[..., Check]) -> None:
    rows = "client_id,date,amount\nMrs Secret,2011-01-01,1\n"
    with pytest.raises(ConfigurationRefused) as refused:
        checked(rows, columns={"product": "sql: CAST(client_id AS INTEGER)"})
    assert "Secret" not in str(refused.value)


def test_an_unknown_zone_is_refused_with_the_nearest(checked: Callable[..., Check]) -> None:
    with pytest.raises(ConfigurationRefused, match="Europe/London"):
        checked(ROWS, timezone="Europe/Londn")


def test_a_comment_at_the_end_of_an_expression_does_no_harm(checked: Callable[..., Check]) -> None:
    check = checked(ROWS, columns={**COLUMNS, "amount": "sql: Quantity * Price -- money"})
    assert check.counts["transactions"].kept == 2


@pytest.mark.parametrize(
    ("fails", "holds", "column"),
    [
        ("cast(Note AS double)", "try_cast(Note AS double)", "amount"),
        ("Note::date", "try_cast(Note AS date)", "date"),
        ("strptime(Note, '%d/%m/%Y')", "try_strptime(Note, '%d/%m/%Y')", "date"),
    ],
)
def test_an_expression_that_fails_on_a_value_has_a_way_past_it_that_tells_the_row(
    checked: Callable[..., Check], fails: str, holds: str, column: str
) -> None:
    rows = "Customer,Date,Price,Note\na,2011-01-01,1,2\nb,2011-01-01,1,three\n"
    columns = {"client_id": "Customer", "date": "Date", "amount": "Price"}
    with pytest.raises(ConfigurationRefused, match=r"try_cast.*try_strptime.*segml check") as found:
        checked(rows, columns=columns | {column: f"sql: {fails}"})
    assert "three" not in str(found.value)
    told = checked(rows, columns=columns | {column: f"sql: {holds}"}).findings.to_frame()
    assert told.loc[told["column"].eq(column), "first"].astype(str).str.contains("row 2").any()


def test_an_id_compared_to_text_in_where_stays_text(checked: Callable[..., Check]) -> None:
    rows = "client_id,date,amount,shop\n1,2011-01-01,1,5\n2,2011-01-01,1,6\n"
    counts = checked(rows, where="client_id <> 'b' AND shop <> 'x'").counts["transactions"]
    assert counts.kept == 2


def test_types_are_those_that_each_expression_has_alone() -> None:
    asked = {"a": "(x + 1\n)", "b": "(x || '')", "c": '"y"', "d": "(sum(x) over ())"}
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE raw AS SELECT 1 AS x, DATE '2020-01-01' AS y")
        found = _types_at_once(connection, "raw", [*asked.values()], "x > 0")
        alone = [
            str(connection.execute(f"DESCRIBE SELECT {each} FROM raw").fetchall()[0][1])
            for each in asked.values()
        ]
        assert found == alone == ["INTEGER", "VARCHAR", "DATE", "HUGEINT"]
        assert _types_at_once(connection, "raw", ["x, y"], "true") is None
        assert _types_at_once(connection, "raw", ["sum(x)", "y"], "true") is None
        assert _types_at_once(connection, "raw", ["x"], "nobody > 0") is None

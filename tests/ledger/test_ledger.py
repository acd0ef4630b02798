from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segml.ledger import Check, check_ledger, open_ledger
from segml.words.plan import Economics, LedgerPlan, SourcePlan

CELL = st.sampled_from(["", "a", "b", "1", "-2.5", "2011-01-01", "x,y", '"', "1,000", "nan", "客"])


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(st.tuples(CELL, CELL, CELL), max_size=12), where=st.booleans())
def test_read_is_kept_and_quarantined_and_filtered(
    tmp_path: Path, rows: list[tuple[str, str, str]], where: bool
) -> None:
    quoted = ["|".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["client_id|date|amount", *quoted]) + "\n", encoding="utf-8")
    condition = "client_id <> 'b'" if where else None
    source = SourcePlan(path=str(path), where=condition)
    check = check_ledger(LedgerPlan(transactions=source), Economics())
    counts = check.counts["transactions"]
    assert counts.read == len(rows)
    assert counts.read == counts.kept + counts.quarantined + counts.filtered
    assert len(check.quarantine) == counts.quarantined
    assert check.quarantine["code"].notna().all()


def test_findings_are_text_and_a_frame(checked: Callable[..., Check]) -> None:
    findings = checked("client_id,date,amount\na,2011-01-01,ten\nb,2011-01-01,0\n").findings
    frame = findings.to_frame()
    assert frame["severity"].tolist()[0] == "error"
    assert len(frame) == len(findings)
    assert "row 1: 'ten'" in findings.text()


def test_prospects_and_unlisted_clients_are_counted(checked: Callable[..., Check]) -> None:
    lines = "client_id,date,amount\na,2011-01-01,1\nx,2011-01-01,1\n"
    findings = checked(lines, "client_id,name\na,A\np,P\nq,Q\n").findings
    assert findings.of("prospects")[0].count == 2
    assert findings.of("unlisted_clients")[0].count == 1


def test_codes_unlike_the_rest_are_named(checked: Callable[..., Check]) -> None:
    good = "".join(f"a,2011-01-01,1,{10_000 + i},{500 + i},1\n" for i in range(40))
    odd = "a,2011-01-01,2,POST,600,1\na,2011-01-01,-3,10001,C601,-1\n,2011-01-01,-9,B,A602,1\n"
    rows = "client_id,date,amount,product,order_id,quantity\n" + good + odd
    findings = checked(rows, where="client_id is not null").findings
    (products,) = findings.of("odd_products")
    assert products.count == 2
    assert "B (1), POST (1)" in products.message
    prefixes = {item.message.split("`")[1]: item.count for item in findings.of("order_prefix")}
    assert prefixes == {"A": 1, "C": 1}
    assert findings.of("lines_without_client")[0].severity == "info"
    assert "All are left out" in findings.of("adjustments")[0].message


def test_codes_without_a_usual_form_are_left_alone(checked: Callable[..., Check]) -> None:
    rows = "client_id,date,amount,product,order_id\na,2011-01-01,1,RED,x1\na,2011-01-01,1,BLUE,y1\n"
    findings = checked(rows).findings
    assert findings.of("odd_products") == ()
    assert findings.of("order_prefix") == ()


def test_an_order_id_of_two_clients_is_noted(checked: Callable[..., Check]) -> None:
    rows = "client_id,date,amount,order_id\na,2011-01-01,1,o\nb,2011-01-01,1,o\n"
    assert checked(rows).findings.of("shared_orders")[0].count == 1


def test_a_return_with_a_positive_cost_is_noted(checked: Callable[..., Check]) -> None:
    rows = "client_id,date,amount,cost\na,2011-01-01,10,5\na,2011-01-02,-10,5\n"
    assert checked(rows).findings.of("cost_of_returns")[0].count == 1


def test_a_sale_with_a_negative_cost_is_noted_and_a_return_with_one_is_not(
    checked: Callable[..., Check],
) -> None:
    rows = "client_id,date,amount,cost\na,2011-01-01,10,-5\na,2011-01-02,-10,-5\na,2011-01-03,9,5\n"
    (found,) = checked(rows).findings.of("negative_cost")
    assert (found.severity, found.count) == ("warning", 1)


DATA = os.environ.get("SEGML_DATA", "")


@pytest.mark.skipif(not DATA, reason="SEGML_DATA names no folder with the sample ledgers")
def test_the_traps_of_online_retail_are_named_with_counts() -> None:
    columns = {
        "client_id": "Customer ID",
        "date": "InvoiceDate",
        "amount": "sql: Quantity * Price",
        "order_id": "Invoice",
        "product": "StockCode",
        "quantity": "Quantity",
    }
    path = Path(DATA) / "online_retail" / "invoice_lines.parquet"
    source = SourcePlan(path=str(path), columns=columns, where='"Customer ID" IS NOT NULL')
    plan = LedgerPlan(transactions=source, timezone="Europe/London")
    with open_ledger(plan, Economics(currency="GBP", margin_rate=0.35)) as ledger:
        findings = ledger.findings
        counts = ledger.counts["transactions"]
        orders = ledger.past(99_999).frame(
            "SELECT count(*) FILTER (WHERE is_order) AS n, sum(amount) AS money FROM {lines}"
        )
    assert (counts.read, counts.kept, counts.filtered) == (748_841, 579_620, 169_221)
    found = {item.code: item.count for item in findings if item.code != "order_prefix"}
    assert found["lines_without_client"] == 169_221
    assert found["returns"] == 14_373
    assert found["adjustments"] == 3
    assert found["zero_amount"] == 4_987
    assert found["float_ids"] == 579_620
    assert found["duplicate_lines"] == 8_437
    (odd,) = findings.of("odd_products")
    for code in ("POST", "M", "D", "BANK CHARGES", "AMAZONFEE"):
        assert f"{code} (" in odd.message
    prefixes = {item.message.split("`")[1]: item.count for item in findings.of("order_prefix")}
    assert prefixes == {"C": 14_371, "A": 3}
    assert int(orders["n"].iloc[0]) > 20_000


def test_a_line_that_is_no_row_is_kept_where_no_column_is_ours(
    checked: Callable[..., Check],
) -> None:
    check = checked("colour,size\nred,S\nblue\n")
    assert check.quarantine[["table", "code", "text"]].values.tolist() == [
        ["transactions", "unreadable_line", "blue"]
    ]
    assert check.counts["transactions"].read == 2

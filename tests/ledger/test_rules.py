from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from segml.features import FeaturePlan, snapshot
from segml.ledger import Check, Ledger, check_ledger, day_of
from segml.words.errors import ContractBroken
from segml.words.plan import Economics, LedgerPlan, SourcePlan

HEADER = "client_id,date,amount,quantity,cost,discount,is_return\n"
GOOD = "a,2011-01-01,10,1,5,0,no\n"

ROW_RULES = [
    ("missing_client_id", ",2011-01-01,10,1,5,0,no"),
    ("missing_date", "a,,10,1,5,0,no"),
    ("bad_date", "a,yesterday,10,1,5,0,no"),
    ("bad_date", "a,2011-02-30,10,1,5,0,no"),
    ("ambiguous_date", "a,03/04/2011,10,1,5,0,no"),
    ("date_out_of_range", "a,1969-12-31,10,1,5,0,no"),
    ("date_out_of_range", "a,2101-01-01,10,1,5,0,no"),
    ("missing_amount", "a,2011-01-01,,1,5,0,no"),
    ("bad_amount", "a,2011-01-01,ten,1,5,0,no"),
    ("bad_amount", 'a,2011-01-01,"12,50",1,5,0,no'),
    ("bad_amount", "a,2011-01-01,1e999,1,5,0,no"),
    ("bad_quantity", "a,2011-01-01,10,few,5,0,no"),
    ("bad_cost", "a,2011-01-01,10,1,dear,0,no"),
    ("bad_discount", "a,2011-01-01,10,1,5,some,no"),
    ("negative_discount", "a,2011-01-01,10,1,5,-1,no"),
    ("amount_out_of_range", "a,2011-01-01,1e308,1,5,0,no"),
    ("amount_out_of_range", "a,2011-01-01,-2000000000001,1,5,0,no"),
    ("quantity_out_of_range", "a,2011-01-01,10,1e13,5,0,no"),
    ("cost_out_of_range", "a,2011-01-01,10,1,-1e13,0,no"),
    ("discount_out_of_range", "a,2011-01-01,10,1,5,1e13,no"),
    ("bad_is_return", "a,2011-01-01,10,1,5,0,perhaps"),
]

CLIENT_HEADER = (
    "client_id,name,employees,annual_turnover,acquired_on,acquisition_cost,wallet,left_on\n"
)
CLIENT_RULES = [
    ("missing_client_id", ",A,1,1,2010-01-01,1,1,"),
    ("bad_employees", "b,A,many,1,2010-01-01,1,1,"),
    ("negative_employees", "b,A,-1,1,2010-01-01,1,1,"),
    ("bad_annual_turnover", "b,A,1,much,2010-01-01,1,1,"),
    ("bad_acquired_on", "b,A,1,1,long ago,1,1,"),
    ("ambiguous_acquired_on", "b,A,1,1,01/02/2010,1,1,"),
    ("acquired_on_out_of_range", "b,A,1,1,1066-10-14,1,1,"),
    ("bad_acquisition_cost", "b,A,1,1,2010-01-01,x,1,"),
    ("negative_acquisition_cost", "b,A,1,1,2010-01-01,-5,1,"),
    ("wallet_out_of_range", "b,A,1,1,2010-01-01,1,1e16,"),
    ("employees_out_of_range", "b,A,1e300,1,2010-01-01,1,1,"),
    ("negative_wallet", "b,A,1,1,2010-01-01,1,-1,"),
    ("bad_left_on", "b,A,1,1,2010-01-01,1,1,once"),
]


@pytest.mark.parametrize(("code", "row"), ROW_RULES)
def test_a_row_that_breaks_a_rule_is_quarantined_with_its_code(
    checked: Callable[..., Check], code: str, row: str
) -> None:
    check = checked(HEADER + GOOD + row + "\n", max_bad_share=0.9)
    assert check.quarantine["code"].tolist() == [code]
    assert check.quarantine["row"].tolist() == [2]
    (finding,) = check.findings.of(code)
    assert (finding.severity, finding.count, finding.total) == ("warning", 1, 2)
    assert finding.first[0].startswith("row 2: ")
    assert "Allowed: " in finding.message
    assert "Next: " in finding.message
    counts = check.counts["transactions"]
    assert (counts.read, counts.kept, counts.quarantined, counts.filtered) == (2, 1, 1, 0)


@pytest.mark.parametrize(("code", "row"), CLIENT_RULES)
def test_a_client_row_that_breaks_a_rule_is_quarantined_with_its_code(
    checked: Callable[..., Check], code: str, row: str
) -> None:
    clients = CLIENT_HEADER + "a,A,1,1,2010-01-01,1,1,\n" + row + "\n"
    check = checked(HEADER + GOOD, clients, max_bad_share=0.9)
    assert check.quarantine[["table", "code"]].values.tolist() == [["clients", code]]


def test_a_good_ledger_has_no_rule_broken(checked: Callable[..., Check]) -> None:
    check = checked(HEADER + GOOD)
    assert check.findings.errors == ()
    assert check.quarantine.empty


def test_the_largest_numbers_of_a_line_are_summed_by_every_feature(
    opened: Callable[..., Ledger],
) -> None:
    rows = HEADER + "a,2011-01-01,2e12,2e12,-2e12,2e12,no\na,2011-01-02,2e12,2e12,,0,no\n"
    ledger = opened(rows, economics=Economics(commission_rate=1.0, margin_rate=-1.0))
    now = snapshot(ledger.past(day_of(dt.date(2011, 2, 1))), FeaturePlan())
    assert now.money["revenue_365"].tolist() == [4e12]


def test_a_broken_rule_is_an_error_above_the_allowed_share_only(
    checked: Callable[..., Check],
) -> None:
    rows = HEADER + GOOD * 19 + "a,2011-01-01,ten,1,5,0,no\n"
    (at_share,) = checked(rows, max_bad_share=0.05).findings.of("bad_amount")
    (above,) = checked(rows, max_bad_share=0.04).findings.of("bad_amount")
    assert (at_share.severity, above.severity) == ("warning", "error")


@pytest.mark.parametrize(
    ("newest", "bad", "severity"),
    [(40, 2, "warning"), (40, 3, "error"), (29, 20, "warning"), (30, 1, "warning")],
)
def test_the_newest_rows_are_judged_apart(
    checked: Callable[..., Check], newest: int, bad: int, severity: str
) -> None:
    old = "a,2011-01-01,2,1,5,0,no\n" * 2000
    good = "a,2011-06-20,2,1,5,0,no\n" * (newest - bad)
    rows = HEADER + old + good + "a,2011-06-30,ten,1,5,0,no\n" * bad
    (found,) = checked(rows, max_bad_share=0.05).findings.of("bad_amount")
    assert found.severity == severity
    said = f"of the newest 30 days {bad} of {newest}"
    assert (said in found.message) is (severity == "error")


def test_a_mistyped_date_of_the_future_hides_no_newest_row(checked: Callable[..., Check]) -> None:
    old = "a,2011-01-01,2,1,5,0,no\n" * 2000 + "a,2012-12-31,2,1,5,0,no\n"
    rows = HEADER + old + "a,2011-06-30,ten,1,5,0,no\n" * 30
    day = day_of(dt.date(2011, 7, 1))
    (found,) = checked(rows, max_bad_share=0.05, today=day).findings.of("bad_amount")
    assert found.severity == "error"


def test_all_errors_are_gathered_before_refusing(opened: Callable[..., Ledger]) -> None:
    rows = HEADER + "a,never,ten,1,5,0,no\n" + GOOD
    with pytest.raises(ContractBroken) as refused:
        opened(rows, "client_id,name\nx,A\nx,B\n")
    text = str(refused.value)
    for code in ("bad_date", "bad_amount", "duplicate_client_id"):
        assert code in text
    assert "\nThe run ended before it wrote anything. Allowed: " in text
    assert refused.value.exit_code == 3


def test_a_refusal_names_no_value_of_a_row(opened: Callable[..., Ledger]) -> None:
    with pytest.raises(ContractBroken) as refused:
        opened("client_id,date,amount\nMrs Secret,never,ten\n")
    assert "Secret" not in str(refused.value)
    assert "ten" not in str(refused.value).split()


def test_a_missing_required_column_is_an_error_that_names_what_is_there(
    checked: Callable[..., Check],
) -> None:
    check = checked("client,date,amount\na,2011-01-01,1\n")
    (finding,) = check.findings.of("missing_column")
    assert finding.severity == "error"
    assert finding.column == "client_id"
    assert "`client`" in finding.message


def test_a_duplicate_client_is_always_an_error(checked: Callable[..., Check]) -> None:
    check = checked(HEADER + GOOD, "client_id,name\na,A\na,B\nc,C\n", max_bad_share=1.0)
    (finding,) = check.findings.of("duplicate_client_id")
    assert (finding.severity, finding.count) == ("error", 2)


@pytest.mark.parametrize(
    "rows", ["", HEADER, HEADER + "a,2011-01-01,ten,1,5,0,no\n"], ids=["no bytes", "header", "bad"]
)
def test_an_empty_ledger_is_an_error(checked: Callable[..., Check], rows: str) -> None:
    check = checked(rows, max_bad_share=1.0)
    assert [finding.severity for finding in check.findings.of("empty_ledger")] == ["error"]


def test_a_where_that_leaves_nothing_is_an_error(checked: Callable[..., Check]) -> None:
    check = checked(HEADER + GOOD, where="amount > 100")
    (finding,) = check.findings.of("empty_ledger")
    assert "`where` leaves out all 1 rows" in finding.message


def test_unknown_columns_are_kept_out_with_a_warning(checked: Callable[..., Check]) -> None:
    check = checked("client_id,date,amount,colour\na,2011-01-01,1,red\n")
    (finding,) = check.findings.of("unknown_columns")
    assert finding.severity == "warning"
    assert "`colour`" in finding.message


def test_a_row_with_two_faults_is_quarantined_once_and_counted_for_both(
    checked: Callable[..., Check],
) -> None:
    check = checked(HEADER + GOOD + "a,never,ten,1,5,0,no\n", max_bad_share=0.9)
    assert check.quarantine["code"].tolist() == ["bad_date"]
    assert check.findings.of("bad_date")[0].count == 1
    assert check.findings.of("bad_amount")[0].count == 1


def test_the_quarantine_holds_the_source_as_it_was(checked: Callable[..., Check]) -> None:
    check = checked(HEADER + GOOD + "Иван,2011-01-01,ten,1,5,0,no\n", max_bad_share=0.9)
    row = check.quarantine.iloc[0]
    assert (row["client_id"], row["amount"]) == ("Иван", "ten")


CURRENCIES = "client_id,date,amount,currency\na,2011-01-01,10,GBP\nb,2011-01-02,10,eur\n"


def test_two_currencies_without_a_base_are_an_error(checked: Callable[..., Check]) -> None:
    (finding,) = checked(CURRENCIES).findings.of("currency_undecided")
    assert finding.severity == "error"


def test_a_line_in_a_currency_without_a_rate_is_quarantined(checked: Callable[..., Check]) -> None:
    check = checked(CURRENCIES, economics=Economics(currency="GBP"), max_bad_share=0.5)
    assert check.quarantine["code"].tolist() == ["no_rate"]


def test_a_line_in_another_currency_is_converted_by_its_rate(opened: Callable[..., Ledger]) -> None:
    ledger = opened(CURRENCIES, economics=Economics(currency="GBP"), rates={"EUR": 0.5})
    amounts = ledger.past(99_999).frame("SELECT amount FROM {lines} ORDER BY amount")
    assert amounts["amount"].tolist() == [5.0, 10.0]
    assert any("EUR" in note for note in ledger.notes)


def test_a_lines_size_is_judged_in_the_base_currency(checked: Callable[..., Check]) -> None:
    rows = CURRENCIES.replace("10,eur", "2000000000000,eur")
    base = Economics(currency="GBP")
    for rate, codes in ((1.0, []), (1.01, ["amount_out_of_range"])):
        check = checked(rows, economics=base, rates={"EUR": rate}, max_bad_share=0.5)
        assert check.quarantine["code"].tolist() == codes


def test_one_currency_needs_no_configuration(opened: Callable[..., Ledger]) -> None:
    ledger = opened("client_id,date,amount,currency\na,2011-01-01,10,GBP\nb,2011-01-02,1,\n")
    assert ledger.currency == "GBP"
    assert ledger.findings.of("currency_blank")[0].count == 1


TWICE = HEADER + GOOD + GOOD + "b,2011-01-01,10,1,5,0,no\n"


def test_exact_duplicates_are_counted_and_kept(checked: Callable[..., Check]) -> None:
    check = checked(TWICE)
    assert check.findings.of("duplicate_lines")[0].count == 1
    assert check.counts["transactions"].kept == 3


def test_a_file_that_is_there_twice_is_suspected(tmp_path: Path) -> None:
    rows = "".join(f"c{n},2011-01-01,10,1,5,0,no\n" for n in range(9))
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(HEADER + rows)
    source = SourcePlan(path=str(tmp_path / "*.csv"))
    [found] = check_ledger(LedgerPlan(transactions=source), Economics()).findings.of(
        "duplicate_lines"
    )
    assert "so that a line counts 2.0 times: is an export there twice?" in found.message


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        (["1,000"] * 19 + ["52,000"], 20),
        (["1,000"] * 18 + ["52,000"], None),  # too few to tell
        (["1,000"] * 30 + ["7"], None),  # a number below a thousand: the comma groups
        (["1,000"] * 30 + ["1,234,000"], None),
        (["1,000"] * 30 + [""], 30),
    ],
)
def test_commas_that_may_all_be_decimal_are_told(
    checked: Callable[..., Check], numbers: list[str], told: int | None
) -> None:
    rows = "".join(f'c{n},2011-01-01,10,"{each}"\n' for n, each in enumerate(numbers))
    found = checked("client_id,date,amount,quantity\n" + rows).findings.of("comma_numbers")
    assert [each.count for each in found] == ([] if told is None else [told])
    assert all("`ledger.transactions.columns.quantity`" in each.message for each in found)


def test_exact_duplicates_are_quarantined_when_asked(checked: Callable[..., Check]) -> None:
    check = checked(TWICE, duplicates="drop", max_bad_share=0.5)
    assert check.quarantine[["code", "row"]].values.tolist() == [["duplicate_line", 2]]
    assert check.counts["transactions"].kept == 2

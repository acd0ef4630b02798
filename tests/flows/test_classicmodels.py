"""The small company of configs/classicmodels.yaml, mapped by YAML and queries, check to report."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pytest

import segml
from segml.flows.settings import read_settings
from segml.ledger import open_ledger
from segml.stores import read_run

CONFIG = Path(__file__).parents[2] / "configs" / "classicmodels.yaml"
FOLDER = Path(os.environ.get("SEGML_DATA", "absent")) / "classicmodels"

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="SEGML_DATA names no folder with classicmodels/"
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The shipped configuration in a folder of its own: what it writes lands beside."""
    (tmp_path / "configs").mkdir()
    return Path(shutil.copy(CONFIG, tmp_path / "configs"))


def _asked(sql: str) -> pd.DataFrame:
    """The answer of the source files themselves."""
    with duckdb.connect() as shop:
        for file in FOLDER.glob("*.parquet"):
            shop.execute(f"create view {file.stem} as from '{file}'")
        frame: pd.DataFrame = shop.execute(sql).df()
    return frame


def _ledger(config: Path, sql: str) -> pd.DataFrame:
    plan = read_settings(config).plan
    with open_ledger(plan.ledger, plan.economics) as ledger:
        return ledger.past(99_999).frame(sql)


def test_the_check_finds_no_error_and_counts_every_row(config: Path) -> None:
    checked = segml.check(config)
    assert checked.exit_code == 0
    assert checked.check.findings.warnings == ()
    read = {table: counts.read for table, counts in checked.check.counts.items()}
    assert read == {"transactions": 2_996, "clients": 122, "interactions": 80, "invoices": 310}
    assert checked.check.quarantine.empty
    assert checked.check.findings.of("prospects")[0].count == 24


def test_money_and_cost_are_those_of_the_files_without_the_cancelled_orders(config: Path) -> None:
    ours = _ledger(config, "select sum(amount) as amount, sum(cost) as cost from {lines}")
    theirs = _asked(
        "select sum(quantityOrdered * priceEach), sum(quantityOrdered * buyPrice) "
        "from orderdetails join orders using (orderNumber) join products using (productCode) "
        "where status <> 'Cancelled'"
    )
    assert ours.iloc[0].tolist() == pytest.approx(theirs.iloc[0].tolist())


def test_payments_that_equal_an_orders_total_pay_that_order(config: Path) -> None:
    paid = _ledger(
        config,
        "select client_id, amount, date '1970-01-01' + paid_day as day from {invoices} "
        "join {clients} using (client) where paid_day is not null",
    )
    exact = _asked(
        "with totals as (select customerNumber, orderNumber, "
        "sum(quantityOrdered * priceEach)::decimal(18, 2) as total, any_value(shippedDate) as sent "
        "from orders join orderdetails using (orderNumber) group by all) "
        "select customerNumber::varchar as client_id, total::double as amount, "
        "greatest(paymentDate, sent) as day from payments as p "
        "join totals using (customerNumber) where p.amount::decimal(18, 2) = total"
    )
    keys = [
        {(row.client_id, round(row.amount, 2), pd.Timestamp(row.day)) for row in frame.itertuples()}
        for frame in (paid, exact)
    ]
    assert len(keys[1]) == 250
    assert keys[1] <= keys[0]
    assert len(paid) == 302


def test_disputes_are_complaints_with_the_day_and_outcome_their_comments_tell(
    config: Path,
) -> None:
    found = _ledger(
        config,
        "select client_id, cast(date '1970-01-01' + resolved_day as varchar) as resolved, outcome "
        "from {interactions} join {clients} using (client) where kind = 'complaint' "
        "order by client_id, day",
    )
    told = found.astype(object).where(found.notna(), None).values.tolist()
    assert len(told) == 8
    assert ["205", "2005-02-01", "rejected"] in told
    assert ["201", "2004-06-09", "upheld"] in told
    assert ["452", "2003-11-01", None] in told
    assert [row[1] for row in told].count(None) == 3  # still disputed


@pytest.mark.slow
def test_the_chain_runs_to_the_report_and_says_what_few_clients_support(config: Path) -> None:
    trained = segml.train(config, as_of="2004-12-01")
    assert "A small portfolio: what it can and cannot support" in segml_card(config)
    assert any(line.startswith("Small portfolio: 98 clients had bought") for line in trained.told)
    scored = segml.score(config, as_of="2005-06-01")
    run = read_run(scored.folder)
    assert run["support"]["is_small"]
    assert run["support"]["ranking"]
    assert not run["support"]["foretells"]
    assert set(run["support"]["sentences"]) <= set(run["notes"])
    lost = segml.analyse_losses(config, start="2004-12-01", end="2005-06-01")
    assert lost.summary["support"]["is_small"]
    assert lost.told[0] == "None of 31 key clients was lost."
    explained = segml.explain(config, "141", as_of="2005-06-01")
    assert any("98 clients have bought" in line for line in explained.told)
    assert not any(line.startswith("Suggested") for line in explained.told)
    page = segml.write_report(config).path.read_text("utf-8")
    assert "A small portfolio: how far this goes" in page
    assert "Euro+ Shopping Channel" in page
    assert "its usual gap of" in page
    assert "nothing within 365 days" in page
    assert "Suggested" not in page
    assert "180 days" not in page[page.index("Who is next") : page.index('id="risk"')]
    assert "The ledger tells no contacts, so none can be held against the playbook." in page


def segml_card(config: Path) -> str:
    (card,) = (config.parents[1] / "out" / "classicmodels").rglob("model_card.md")
    return card.read_text("utf-8")

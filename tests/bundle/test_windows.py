import dataclasses

import pytest

from segml.bundle import NO_SEASON
from segml.bundle.windows import TWO_YEARS, windows_for
from segml.ledger import Ledger, open_ledger
from segml.simulate import make_world
from segml.words.plan import LedgerPlan, Plan, SourcePlan


def test_a_level_without_a_season_is_told(ledger: Ledger, plan: Plan) -> None:
    windows = windows_for(ledger, ledger.last_day + 1, plan)
    assert ledger.last_day + 1 - ledger.first_day < TWO_YEARS
    assert NO_SEASON in windows.notes


@pytest.fixture(scope="module")
def long(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    path = tmp_path_factory.mktemp("long") / "lines.parquet"
    make_world(clients=30, months=26, seed=2).transactions.to_parquet(path)
    ledger = LedgerPlan(transactions=SourcePlan(path=str(path)))
    return dataclasses.replace(plan, ledger=ledger)


def test_two_years_before_the_as_of_date_are_counted_not_those_after(long: Plan) -> None:
    with open_ledger(long.ledger, long.economics) as opened:
        enough = opened.first_day + TWO_YEARS
        assert NO_SEASON not in windows_for(opened, enough + 5, long).notes
        assert NO_SEASON in windows_for(opened, enough - 5, long).notes

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from segml.ledger import Ledger, open_ledger, profit
from segml.ledger.first_year import AGES, FIRST_YEAR_DAYS, QUIET_DAYS, first_years, so_far
from segml.simulate import make_world
from segml.words.plan import ContactRate, Economics, LedgerPlan, SourcePlan

RATES = Economics(
    order=3,
    return_=5,
    minute=0.5,
    kinds={"visit": ContactRate(minute=1.0, contact=20.0)},
    commission_rate=0.1,
    overdue_yearly_rate=0.1,
)
TABLES = ("transactions", "clients", "interactions", "invoices")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    folder = tmp_path_factory.mktemp("world")
    made = make_world(clients=120, months=30, seed=7)
    for name in TABLES:
        getattr(made, name).to_parquet(folder / f"{name}.parquet")
    sources = {name: SourcePlan(path=str(Path(folder) / f"{name}.parquet")) for name in TABLES}
    return open_ledger(LedgerPlan(**sources), RATES)


def test_a_first_year_is_the_profit_of_the_year_from_the_first_order(world: Ledger) -> None:
    end = world.last_day + 1
    past = world.past(end)
    found = first_years(past, start=world.first_day, end=end)
    over = found[found["complete"]]
    assert len(over) > 20
    for client_id, row in over.iterrows():
        start = int(row["first_day"])
        alone = profit(past, start, start + FIRST_YEAR_DAYS).loc[client_id]
        assert row["profit"] == pytest.approx(alone["profit"], abs=1e-3)
        assert row["cost_to_serve"] == pytest.approx(alone["cost_to_serve"], abs=1e-3)
        assert row["acquisition"] == pytest.approx(alone["acquisition"])
    assert over["minutes"].sum() > 0


def test_what_was_earned_by_an_age_is_the_profit_by_then_before_acquisition_and_unpaid_money(
    world: Ledger,
) -> None:
    end = world.last_day + 1
    past = world.past(end)
    found = first_years(past, start=world.first_day, end=end).head(25)
    for client_id, row in found.iterrows():
        start = int(row["first_day"])
        for age in AGES:
            alone = profit(past, start, start + age).loc[client_id]
            paid = alone["profit"] + alone["acquisition"] + alone["overdue"] + alone["bad_debt"]
            assert row[so_far(age)] == pytest.approx(paid, abs=1e-3)


def test_a_future_that_begins_with_the_ledger_says_the_same_as_the_past(world: Ledger) -> None:
    end, start = world.last_day - 100, world.first_day
    future = world.future(start, gap_days=0, horizon_days=end - start)
    told = first_years(future, start=start, end=end)
    assert told.equals(first_years(world.past(end), start=start, end=end))
    later = first_years(world.past(end + 80), start=start, end=end + 80)
    over = told.index[told["complete"]]
    assert told.loc[over].equals(later.loc[over])


def test_newcomers_are_those_acquired_in_the_ledger_or_quiet_in_it_before(
    opened: Callable[..., Ledger],
) -> None:
    lines = (
        "client_id,date,amount\nold,2020-01-01,1\nold,2022-12-31,1\nsince,2020-09-01,1\n"
        "known,2020-01-05,1\nquiet,2020-09-01,1\nsoon,2020-02-01,1\nfresh,2022-06-01,1\n"
    )
    clients = (
        "client_id,acquired_on\nold,2019-05-05\nsince,2019-05-05\nknown,2020-01-03\nquiet,\n"
        "soon,\nfresh,2022-05-30\nprospect,\n"
    )
    ledger = opened(lines, clients)
    end = ledger.last_day + 1
    found = first_years(ledger.past(end), start=ledger.first_day, end=end)
    assert QUIET_DAYS > 31
    assert found["complete"].to_dict() == {"fresh": False, "known": True, "quiet": True}

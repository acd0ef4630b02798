"""Ledgers that are billed by the month, and windows of months for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pytest

from segml.bundle import fit, pack, unpack
from segml.features import FeaturePlan, feature_plan, is_billed_by_month, snapshot
from segml.features.plan import BY_MONTH
from segml.ledger import Ledger
from segml.words.plan import ChurnPlan, LedgerPlan, Plan, PotentialPlan, SourcePlan, TierPlan

from .conftest import ZERO

DAYS, CLIENTS = 800, 40
TODAY = ZERO + dt.timedelta(days=DAYS)


def _firsts(_client: int) -> list[int]:
    return _on(1)


def _on(day_of_month: int) -> list[int]:
    days = (ZERO + dt.timedelta(days=day) for day in range(DAYS))
    return [day for day, date in enumerate(days) if date.day == day_of_month]


def _ends(_client: int) -> list[int]:
    return [day - 1 for day in _on(1)[1:]]


def _bills_and_usage(client: int) -> list[int]:
    rng = np.random.default_rng(client)
    return [*_on(1 + client % 28), *rng.integers(0, DAYS, 50)]


def _by_chance(client: int) -> list[int]:
    return list(np.random.default_rng(client).integers(0, DAYS, 55))


def _weekly(client: int) -> list[int]:
    return list(range(client % 7, DAYS, 7))


def _work_days(_client: int) -> list[int]:
    return [day for day in range(DAYS) if day % 7 < 5]


def _four_weekly(client: int) -> list[int]:
    return list(range(client % 28, DAYS, 28))


def _lines(days_of: Callable[[int], Sequence[int]], clients: int = CLIENTS) -> pd.DataFrame:
    rows = [
        {"client_id": f"c{client:02}", "day": int(day), "amount": 100.0}
        for client in range(clients)
        for day in sorted({*days_of(client)})
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("days_of", "billed"),
    [
        (_firsts, True),
        (_ends, True),
        (_bills_and_usage, True),
        (_by_chance, False),
        (_weekly, False),
        (_four_weekly, False),
        (_work_days, False),
    ],
)
def test_bills_on_a_day_of_the_month_are_told_from_other_rhythms(
    open_frames: Callable[..., Ledger], days_of: Callable[[int], Sequence[int]], billed: bool
) -> None:
    past = open_frames(_lines(days_of)).past(TODAY)
    assert is_billed_by_month(past) is billed
    assert feature_plan(past, ChurnPlan(horizon_days=90, active_days=200)) == FeaturePlan(
        horizon_days=90, active_days=200, by_month=billed
    )


def test_few_clients_or_half_a_year_tell_nothing(open_frames: Callable[..., Ledger]) -> None:
    assert not is_billed_by_month(open_frames(_lines(_firsts, clients=29)).past(TODAY))
    assert not is_billed_by_month(open_frames(_lines(_firsts)).past(ZERO + dt.timedelta(days=140)))


def test_half_of_the_clients_decide(open_frames: Callable[..., Ledger]) -> None:
    def mixed(share: int) -> Callable[[int], Sequence[int]]:
        return lambda client: (_firsts if client < share else _by_chance)(client)

    assert is_billed_by_month(open_frames(_lines(mixed(20))).past(TODAY))
    assert not is_billed_by_month(open_frames(_lines(mixed(19))).past(TODAY))


def test_rows_on_the_day_or_later_decide_nothing(open_frames: Callable[..., Ledger]) -> None:
    lines, day = _lines(_firsts), ZERO + dt.timedelta(days=400)
    odd = pd.DataFrame({"client_id": "c00", "day": range(400, 800), "amount": 1.0})
    both = pd.concat([lines[lines["day"] < 400], odd])
    assert is_billed_by_month(open_frames(both).past(day))


def test_a_training_asks_says_and_keeps_it(open_frames: Callable[..., Ledger]) -> None:
    rules = ChurnPlan(horizon_days=90, cutoffs=3)
    plan = Plan(
        portfolio="bills",
        ledger=LedgerPlan(transactions=SourcePlan(path="lines.parquet")),
        churn=rules,
        potential=PotentialPlan(horizon_days=90),
        tiers=TierPlan(number=2),
    )

    def amounts(lines: pd.DataFrame) -> pd.DataFrame:
        return lines.assign(amount=10.0 * (1 + lines["client_id"].str[1:].astype(int)))

    billed, other = (
        fit(open_frames(amounts(_lines(days_of))), TODAY, plan) for days_of in (_firsts, _by_chance)
    )
    assert billed.features.by_month
    assert BY_MONTH in billed.record.notes
    assert any("outlook: 30 days are left out, clients are" in note for note in billed.record.notes)
    assert not other.features.by_month
    assert BY_MONTH not in other.record.notes
    assert not any("left out, clients are billed" in note for note in other.record.notes)
    assert other.outlook is not None
    assert 30 in [head.horizon_days for head in other.outlook.horizons.heads]
    packed = pack(billed)
    assert unpack(packed, digest=packed.digest).features == billed.features


@pytest.mark.parametrize("bills", [_on(1), _on(15), _on(27), _ends(0)])
def test_on_every_day_a_window_of_months_holds_as_many_bills(
    open_frames: Callable[..., Ledger], bills: list[int]
) -> None:
    ledger = open_frames(_lines(lambda _client: bills, clients=2))
    plan = FeaturePlan(horizon_days=180, by_month=True)
    wanted = {
        "orders_30": 1.0,
        "orders_90": 3.0,
        "orders_180": 6.0,
        "spend_90": 300.0,
        "orders_same_season": 6.0,
        "active_months_6": 6.0,
        "continuity_own": 1.0,
    }
    for after in (702, 710, 724, 731, 732, 757, 759, 790):
        now = snapshot(ledger.past(ZERO + dt.timedelta(days=after)), plan).frame.loc["c00"]
        assert now[list(wanted)].to_dict() == wanted, after
        assert now["active_streak"] == len([day for day in bills if day < after])


def test_a_window_of_days_holds_one_more_or_one_less(open_frames: Callable[..., Ledger]) -> None:
    ledger = open_frames(_lines(_firsts, clients=2))
    days = [ZERO + dt.timedelta(days=day) for day in _on(1)[-4:]]
    seen = [snapshot(ledger.past(day), FeaturePlan()).frame for day in days]
    assert {float(frame["orders_30"].iloc[0]) for frame in seen} == {0.0, 1.0}

"""Win back: worth times the counted chance, and a plain verdict where nothing can be counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from segml.losses.books import Books
from segml.losses.clock import Clock
from segml.losses.ends import End
from segml.losses.history import History
from segml.losses.rhythm import learn_rhythm
from segml.losses.tables import LOSS_REASONS, LOSSES, framed
from segml.losses.transitions import Lens
from segml.losses.winback import VERDICTS, visit_cost, winback

END = 2000
LENS = Lens(
    rhythm=learn_rhythm([np.full(20, 14.0), np.full(10, 30.0)] * 9),
    clock=Clock(0, np.ones(52)),
    shrunk_below=0.3,
)
NO_CONTACTS = pd.DataFrame({"day": [], "kind": [], "cost": []})


def history(days: np.ndarray) -> History:
    money = np.full(days.shape, 10.0)
    return History(days, money, days, money, money)


HABIT = np.arange(0, 420, 14)
BACK = history(np.concatenate([HABIT, np.arange(620, 720, 14)]))
GONE = history(HABIT)
QUIET = history(np.arange(1500, 1940, 14))
"""Silent for two months at the later date: a broken rhythm, and not much more."""
RECENT = {f"r{place}": BACK for place in range(10)} | {f"g{place}": GONE for place in range(30)}


def loss(client_id: str = "lost", **given: Any) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(LOSSES) | {
        name: 0.0 for name, kind in LOSSES.items() if kind == "float64"
    }
    return (
        row
        | {
            "client_id": client_id,
            "tier_before": "tier 1",
            "kind": "left",
            "certainty": "certain",
            "profit_before": 800.0,
            "profit_lost": 800.0,
            "reason_1": "price",
        }
        | given
    )


def reason(client_id: str, code: str, feature: str, share: float) -> dict[str, Any]:
    numbers = {name: 0.0 for name, kind in LOSS_REASONS.items() if kind == "float64"}
    return numbers | {"client_id": client_id, "reason": code, "feature": feature, "share": share}


def told(
    *losses: dict[str, Any],
    reasons: tuple[dict[str, Any], ...] = (),
    others: dict[str, History] | None = None,
    contacts: pd.DataFrame = NO_CONTACTS,
    comparable: tuple[tuple[str, ...], ...] = (tuple(RECENT),),
    ends: dict[str, End] | None = None,
    contradicted: dict[str, End] | None = None,
) -> pd.DataFrame:
    orders = {"lost": QUIET, **RECENT, **(others or {})}
    return winback(
        framed(losses, LOSSES),
        framed(reasons, LOSS_REASONS),
        Books(
            orders=orders,
            brought={},
            lens=LENS,
            ends=ends or {},
            contradicted=contradicted or {},
        ),
        contacts,
        comparable=comparable,
        end=END,
    ).set_index("client_id")


def test_the_chance_is_the_share_that_came_back_after_a_silence_as_long() -> None:
    row = told(loss()).loc["lost"]
    # the ten came back, and went again: twenty silences of them, forty with the thirty gone
    assert (row["compared"], row["returned"], row["verdict"]) == (50, 10, "estimated")
    assert row["chance"] == 0.2
    assert row["chance_low"] < 0.2 < row["chance_high"]
    assert row["expected_value"] == pytest.approx(160.0)


def test_the_longer_the_silence_the_fewer_silences_are_like_it() -> None:
    long_gone = {"lost": history(np.arange(0, 440, 14))}
    row = told(loss(), others=long_gone).loc["lost"]
    assert row["returned"] == 0
    assert row["verdict"] == "too_few_returns"
    assert np.isnan(row["chance"])
    assert np.isnan(row["expected_value"])


def test_a_wider_group_is_asked_only_where_the_nearer_one_cannot_say() -> None:
    few = ("r0", "g0")
    wide = told(loss(), comparable=(few, tuple(RECENT))).loc["lost"]
    near = told(loss(), comparable=(tuple(RECENT), few)).loc["lost"]
    assert wide["compared"] == near["compared"] == 50
    assert told(loss(), comparable=(few,)).loc["lost", "verdict"] == "too_few_returns"


def test_a_client_that_still_buys_has_no_return_to_count_and_keeps_what_it_lost() -> None:
    row = told(loss(kind="shrunk")).loc["lost"]
    assert row["verdict"] == "still_buys"
    assert row["profit_lost"] == 800.0
    assert np.isnan(row["expected_value"])


def test_who_became_unprofitable_or_whose_loss_costs_nothing_is_not_won_back() -> None:
    assert told(loss(kind="unprofitable"), loss("other", profit_lost=0.0)).empty


def test_who_brought_no_profit_before_its_decline_is_not_won_back() -> None:
    shrunk = {"kind": "shrunk", "profit_lost": 900.0}
    assert told(loss(profit_before=-50.0, **shrunk)).empty
    assert len(told(loss(profit_before=50.0, **shrunk))) == 1


def test_of_a_recorded_end_the_chance_is_counted_among_recorded_ends_as_old() -> None:
    ended = {f"g{place}": End(430, None) for place in range(30)}
    back = {f"r{place}": End(430, "moved") for place in range(10)}
    just = told(loss(), ends={**ended, "lost": End(END - 20, None)}, contradicted=back).loc["lost"]
    assert (just["compared"], just["returned"]) == (40, 10)
    assert just["verdict"] == "estimated_of_ends"
    assert just["chance"] == 0.25
    # 250 days after their ends the ten had come back: none that stood as long was followed by one
    old = told(loss(), ends={**ended, "lost": End(END - 250, None)}, contradicted=back).loc["lost"]
    assert (old["compared"], old["returned"]) == (30, 0)
    assert old["verdict"] == "too_few_ends"
    assert np.isnan(old["expected_value"])


def test_last_deliveries_after_a_recorded_end_are_no_return() -> None:
    ended = {each: End(400, None) for each in RECENT if each.startswith("g")}
    row = told(loss(), ends={**ended, "lost": End(END - 20, None)}).loc["lost"]
    assert (row["compared"], row["returned"]) == (30, 0)


def test_every_verdict_is_told() -> None:
    rows = told(
        loss(),
        loss("small", kind="shrunk"),
        loss("never"),
        others={"never": history(np.empty(0, dtype=np.int64))},
    )
    ends = {each: End(430, None) for each in RECENT}
    recorded = told(loss(), ends={**ends, "lost": End(END - 20, None)})
    few = told(loss(), ends={"lost": End(END - 20, None)})
    seen = {*rows["verdict"], *recorded["verdict"], *few["verdict"]}
    assert seen == set(VERDICTS)


def test_the_lever_is_that_of_the_heaviest_driver_of_a_reason_with_a_quarter_of_the_loss() -> None:
    reasons = (
        reason("lost", "price", "price_rise_180", 0.2),
        reason("lost", "price", "price_over_others_180", 0.1),
        reason("lost", "payment", "overdue_days", 0.24),
        reason("weak", "payment", "overdue_days", 0.24),
        reason("weak", "unknown", "(unknown)", 0.76),
    )
    rows = told(loss(), loss("weak"), reasons=reasons)
    assert rows.loc["lost", "lever"] == "review_prices"
    assert rows.loc["weak", "lever"] is None


def test_an_attempt_costs_what_a_visit_of_the_last_year_cost() -> None:
    contacts = pd.DataFrame(
        {
            "day": [END - 366, END - 365, END - 10, END - 5, END - 1],
            "kind": ["visit", "visit", "visit", "call", "visit"],
            "cost": [900.0, 20.0, 30.0, 500.0, 70.0],
        }
    )
    assert visit_cost(contacts, END) == 30.0
    assert told(loss(), contacts=contacts).loc["lost", "attempt_cost"] == 30.0
    assert visit_cost(contacts.assign(cost=np.nan), END) is None
    assert np.isnan(told(loss()).loc["lost", "attempt_cost"])


def test_the_order_of_the_losses_changes_nothing() -> None:
    rows = [loss("b", kind="shrunk"), loss("a", kind="shrunk")]
    pd.testing.assert_frame_equal(told(*rows), told(*rows[::-1]))

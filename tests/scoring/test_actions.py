from typing import Any

import numpy as np
import pandas as pd

from segml.scoring.actions import ACTIONS, actions, silent_for, undue


def portfolio(**changes: Any) -> tuple[pd.DataFrame, pd.Series]:
    n = 8
    base = {
        "status": ["active"] * n,
        "tier": ["top"] * 4 + ["low"] * 4,
        "is_key": [True] * 4 + [False] * 4,
        "p_churn": [0.1, 0.2, 0.3, 0.6] * 2,
        "expected_profit": [400.0, 300, 200, 100] * 2,
        "profit_365": [400.0, 300, 200, 100] * 2,
    }
    frame = pd.DataFrame(base | changes, index=[f"c{i}" for i in range(n)])
    if "value_365" not in frame:
        frame["value_365"] = frame["profit_365"]  # nobody was brought by anybody
    return frame, pd.Series(0.0, index=frame.index)


def test_the_riskiest_quarter_of_the_key_clients_is_retained_and_the_others_kept() -> None:
    frame, before = portfolio()
    assert actions(frame, before, horizon_days=365)[:4].tolist() == [
        "keep",
        "keep",
        "keep",
        "retain",
    ]


def test_who_is_key_by_its_role_alone_crowds_no_one_of_a_key_tier_out() -> None:
    frame, before = portfolio(
        is_key=[True] * 7 + [False], p_churn=[0.01, 0.01, 0.02, 0.09, 0.3, 0.4, 0.8, 0.9]
    )
    codes = actions(frame, before, horizon_days=365)
    assert codes[codes == "retain"].index.tolist() == ["c3", "c6"]


def test_nobody_is_called_now_who_earns_nothing_and_is_expected_to_earn_nothing() -> None:
    none = {"profit_365": [400.0, 300, 200, -5, 400, 300, 200, 100]}
    left = {"expected_profit": [400.0, 300, 200, -9, 400, 300, 200, 100]}
    before = pd.Series(0.0, index=portfolio()[0].index)
    said = {
        name: actions(portfolio(**changes)[0], before, horizon_days=365)["c2":"c3"].tolist()
        for name, changes in {
            "a loss alone": none | left,
            "a loss that ends": none,
            "what it brought": none | left | {"value_365": [400.0, 300, 200, 900] + [9.0] * 4},
        }.items()
    }
    assert said == {
        "a loss alone": ["retain", "keep"],
        "a loss that ends": ["keep", "retain"],
        "what it brought": ["keep", "retain"],
    }


def test_where_few_are_at_risk_a_quarter_is_not() -> None:
    risk = [0.001, 0.002, 0.004, 0.3, 0.005, 0.003, 0.002, 0.001]
    frame = pd.DataFrame({"status": "active", "tier": "a", "is_key": True, "p_churn": risk})
    frame = frame.assign(expected_profit=9.0, profit_365=[9.0, 8, 7, 6, 5, 4, 3, 2], value_365=9.0)
    frame.index = pd.Index([f"c{place}" for place in range(8)])
    codes = actions(frame, pd.Series(0.0, index=frame.index), horizon_days=365)
    assert codes[codes == "retain"].index.tolist() == ["c3"]
    others = actions(
        frame.assign(is_key=False), pd.Series(0.0, index=frame.index), horizon_days=365
    )
    assert others[others == "watch"].index.tolist() == ["c3"]


def test_who_is_expected_to_bring_more_than_last_year_grows() -> None:
    frame, before = portfolio(profit_365=[100.0] * 8)
    assert actions(frame, before, horizon_days=365)["c4"] == "grow"
    assert actions(frame, before, horizon_days=1460)["c4"] == "maintain"


def test_a_risky_client_worth_something_is_watched() -> None:
    frame, before = portfolio(profit_365=[1.0, 1, 1, 1, 1, 2, 3, 4])
    assert actions(frame, before, horizon_days=365)["c7"] == "watch"
    frame, before = portfolio(profit_365=[4.0, 3, 2, 1, 1, 1, 1, 1])
    assert actions(frame, before, horizon_days=365)["c7"] == "maintain"


def test_a_client_all_but_lost_is_watched_though_nothing_is_expected_of_it() -> None:
    frame, before = portfolio(
        profit_365=[1.0, 1, 1, 1, 1, 2, 3, 4], expected_profit=[9.0, 9, 9, 9, 9, 9, 9, 0]
    )
    assert actions(frame, before, horizon_days=365)["c7"] == "watch"


def test_lapsed_clients_are_won_back_only_if_they_were_worth_it() -> None:
    frame, before = portfolio(status=["active"] * 6 + ["lapsed"] * 2)
    before["c6"] = 1000.0
    codes = actions(frame, before, horizon_days=365)
    assert codes[["c6", "c7"]].tolist() == ["win_back", "remind"]


def test_who_is_recorded_as_gone_is_won_back_or_reminded_whatever_its_silence() -> None:
    frame, before = portfolio()
    before["c3"] = 1000.0
    codes = actions(frame, before, horizon_days=365, ended={"c3", "c7"})
    assert codes[["c3", "c7"]].tolist() == ["win_back", "remind"]
    assert codes["c2"] == "retain"  # the riskiest of those that are left


def test_who_has_been_silent_for_a_horizon_and_is_not_expected_back_is_not_called_now() -> None:
    risk = {"p_churn": [0.1, 0.2, 0.3, 0.97, 0.1, 0.2, 0.3, 0.97]}
    frame, before = portfolio(**risk)
    before["c3"] = 1000.0
    quiet = {"c2", "c3", "c7"}
    codes = actions(frame, before, horizon_days=365, silent=quiet)
    assert codes[["c2", "c3", "c7"]].tolist() == ["retain", "win_back", "remind"]
    assert actions(frame, before, horizon_days=365)["c3"] == "retain"  # it may be late by days
    due_later = actions(frame, before, horizon_days=365, silent=quiet, awaiting={"c3"})
    assert due_later["c3"] == "await"


def test_a_silence_is_held_against_the_horizon() -> None:
    frame = pd.DataFrame({"silence_days": [120.0, 121.0, np.nan]}, index=["a", "b", "c"])
    assert silent_for(frame, 120) == {"b"}
    assert silent_for(frame.drop(columns="silence_days"), 120) == frozenset()


def test_who_is_not_due_is_awaited_and_no_measure_of_the_others() -> None:
    frame, before = portfolio(p_churn=[0.1, 0.2, 0.3, 0.99, 0.1, 0.2, 0.3, 0.99])
    codes = actions(frame, before, horizon_days=365, awaiting={"c3", "c7"})
    assert codes[["c3", "c7"]].tolist() == ["await", "await"]
    assert codes["c2"] == "retain"  # the riskiest of those that are due
    gone = actions(frame, before, horizon_days=365, awaiting={"c3"}, ended={"c3"})
    assert gone["c3"] == "remind"


def test_who_orders_once_a_year_is_not_due_before_the_year_is_over() -> None:
    frame = pd.DataFrame(
        {"median_gap_days": [365.0, 365.0, 30.0, np.nan], "silence_days": [100.0, 200.0, 5.0, 5.0]},
        index=["fresh", "soon", "often", "once"],
    )
    assert undue(frame, 180) == {"fresh"}
    assert undue(frame[["silence_days"]], 180) == frozenset()


def test_who_buys_in_another_season_alone_is_not_due_in_this_one() -> None:
    frame = pd.DataFrame(
        {
            "median_gap_days": [13.0, 13.0, 13.0, 90.0],
            "silence_days": [20.0, 20.0, 20.0, 20.0],
            "orders_same_season": [0.0, 4.0, 0.0, 0.0],
            "first_order_days": [800.0, 800.0, 300.0, 800.0],
        },
        index=pd.Index(["autumn", "always", "new", "slow"]),
    )
    assert undue(frame, 180) == {"autumn"}
    without = frame.rename(columns={"first_order_days": "tenure_days"})
    assert undue(without, 180) == {"autumn"}
    assert undue(without.drop(columns="tenure_days"), 180) == frozenset()


def test_prospects_are_contacted_and_an_empty_portfolio_has_no_actions() -> None:
    frame, before = portfolio(status=["prospect"] * 8, p_churn=np.nan)
    assert set(actions(frame, before, horizon_days=365)) == {"contact"}
    assert len(actions(frame.iloc[:0], before.iloc[:0], horizon_days=365)) == 0


def test_every_code_given_is_a_declared_one() -> None:
    frame, before = portfolio(status=["active", "lapsed"] * 4)
    assert set(actions(frame, before, horizon_days=90)) <= set(ACTIONS)

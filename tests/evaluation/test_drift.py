"""What moved too far is named with its figures; what may move is not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from segml.evaluation import Seen, drift, drift_sentences
from segml.features import Moved, Usual, learn_usual
from segml.words.drift import DriftPlan

COUNT = 500


def frame(scale: float = 1.0, seed: int = 0) -> pd.DataFrame:
    draws = np.random.default_rng(seed)
    return pd.DataFrame(
        {"spend_90": draws.gamma(2.0, scale, COUNT), "raw_churn": draws.normal(size=COUNT)}
    ).assign(tier="vip")


def usual() -> Usual:
    found = learn_usual({30 * day: frame(seed=day) for day in range(4)})
    assert found is not None
    return found


def volumes(*rows: tuple[str, str, list[float]]) -> pd.DataFrame:
    return pd.DataFrame(
        [(table, kind, *windows) for table, kind, windows in rows],
        columns=["table", "kind", *range(6)],
    )


STEADY = ("transactions", "all", [100.0, 90.0, 110.0, 100.0, 95.0, 105.0])


def found(now: pd.DataFrame | None = None, *rows: Any, day: int = 120, **plan: Any) -> pd.DataFrame:
    now = frame(seed=9) if now is None else now
    seen = Seen(day=day, now=now, volumes=volumes(*(rows or (STEADY,))))
    return drift(usual(), seen, trained=90, plan=DriftPlan(**plan))


def beyond(table: pd.DataFrame) -> list[str]:
    return table.loc[table["is_beyond"], "name"].tolist()


def test_a_quiet_day_has_nothing_beyond_its_limit() -> None:
    assert beyond(found()) == []
    assert set(found()["subject"]) == {"feature", "score", "volume", "model"}


def test_a_part_that_is_silent_half_as_long_again_as_ever_is_beyond() -> None:
    silences = pd.DataFrame(
        [
            ("transactions", "category milk", 4, 2),
            ("transactions", "region South", 3, 2),
            ("transactions", "region East", 2, 0),
            ("invoices", "", 8, 2),
            ("interactions", "visit", 7, 0),
        ],
        columns=["table", "part", "days", "usual"],
    )
    seen = Seen(day=120, now=frame(seed=9), volumes=volumes(STEADY), silences=silences)
    table = drift(usual(), seen, trained=90, plan=DriftPlan())
    assert beyond(table) == ["invoices: silent", "transactions: category milk: silent"]
    usually = "in the year before, at most 2 days on end held fewer than ten rows"
    assert drift_sentences(table, trained=90) == [
        f"transactions: category milk: nothing for 4 days; {usually}",
        f"invoices: nothing for 8 days; {usually}",
    ]


def test_a_burst_makes_no_rare_kind_one_that_is_missed() -> None:
    rare = [2.0, 7.0, 6.0, 8.0, 60.0, 7.0]
    assert beyond(found(None, STEADY, ("transactions", "returns", rare))) == []
    again = [150.0, 7.0, 6.0, 8.0, 60.0, 7.0]
    common = [2.0, 17.0, 26.0, 18.0, 35.0, 17.0]
    for windows in (again, common):
        told = found(None, STEADY, ("transactions", "returns", windows))
        assert beyond(told) == ["transactions: returns"]


def regions(**latest: float) -> pd.DataFrame:
    """Order days of four regions in 28 fortnights, the latest first; one is a resort's."""
    draws = np.random.default_rng(7)
    ages = np.arange(28)
    usual = {
        "North": np.full(28, 1200.0),
        "South": np.full(28, 900.0),
        "Coast": np.where((ages % 26 < 20) & (ages % 26 > 1), 180.0, 40.0),
        "Far": np.full(28, 20.0),
    }
    table = pd.DataFrame({name: draws.poisson(each) for name, each in usual.items()}).T.astype(
        float
    )
    for name, share in latest.items():
        table.loc[name, 0] *= share
    return table


def test_a_day_that_holds_hardly_an_order_line_is_beyond_and_told_with_its_date() -> None:
    hole = pd.DataFrame([(dt.date(2025, 2, 26), 2, 4.0, 40.0)])
    seen = Seen(day=120, now=frame(seed=9), volumes=volumes(STEADY), missing=hole)
    table = drift(None, seen, trained=100, plan=DriftPlan())
    assert beyond(table) == ["transactions: day 2025-02-26"]
    (said,) = drift_sentences(table, trained=100)
    assert said == (
        "transactions: 2 order lines of 2025-02-26, usually at least 40 on its day of the week: "
        "is a delivery missing?"
    )


def test_a_region_of_whose_orders_half_are_missing_is_beyond() -> None:
    seen = Seen(day=120, now=frame(seed=9), volumes=volumes(STEADY), regions=regions())
    quiet = drift(usual(), seen, trained=90, plan=DriftPlan())
    assert beyond(quiet) == []
    told = quiet.loc[quiet["name"].str.endswith(": order days"), "name"].tolist()
    assert told == [
        f"transactions: region {name}: order days" for name in ("Coast", "North", "South")
    ]
    everywhere = replace(seen, regions=regions(North=0.5, South=0.5, Coast=0.5))
    assert beyond(drift(usual(), everywhere, trained=90, plan=DriftPlan())) == []
    halved = replace(seen, regions=regions(South=0.5, Far=0.1))
    table = drift(usual(), halved, trained=90, plan=DriftPlan())
    assert beyond(table) == ["transactions: region South: order days"]
    (row,) = table[table["is_beyond"]].to_dict("records")
    assert row["value"] < row["low"] < row["usual"] < row["high"]
    (said,) = drift_sentences(table, trained=90)
    assert said == (
        f"transactions: region South: {row['value']:.0f} order days in the last two weeks, "
        f"{row['usual']:.0f} by its usual part of all: are some of its orders missing?"
    )


def test_a_past_that_became_another_is_beyond() -> None:
    past = {"transactions": (1000, 1051), "interactions": (1000, 960), "events": (20, 2)}
    seen = Seen(day=120, now=frame(seed=9), volumes=volumes(STEADY), past=past)
    table = drift(usual(), seen, trained=90, plan=DriftPlan())
    assert beyond(table) == ["transactions: before the training"]
    (said,) = drift_sentences(table, trained=90)
    assert said == (
        "transactions: 1,051 rows from before 1970-04-01, the training saw 1,000: "
        "the past is another"
    )
    gone = replace(seen, past={"interactions": (1000, 0)}, gone={"interactions": 1000})
    table = drift(usual(), gone, trained=90, plan=DriftPlan())
    assert beyond(table) == ["interactions: in all"]


def test_a_table_without_any_row_that_the_training_knew_is_beyond() -> None:
    seen = Seen(day=120, now=frame(seed=9), volumes=volumes(STEADY), gone={"interactions": 7036})
    table = drift(usual(), seen, trained=90, plan=DriftPlan())
    assert beyond(table) == ["interactions: in all"]
    (said,) = drift_sentences(table, trained=90)
    assert said == "interactions: no rows at all, 7,036 at the training"


def test_a_feature_in_another_unit_is_beyond_and_said_with_its_figure() -> None:
    table = found(frame(10.0, seed=9))
    assert beyond(table) == ["spend_90"]
    (said,) = drift_sentences(table, trained=90)
    value = table.set_index("name").loc["spend_90", "value"]
    assert said.startswith("`spend_90` has moved since 1970-04-01")
    assert f"{value:.2f}" in said


def test_a_source_that_stopped_or_doubled_is_beyond_and_a_rare_kind_is_not() -> None:
    table = found(
        None,
        ("interactions", "visit", [0.0, 40.0, 50.0, 45.0, 40.0, 60.0]),
        ("interactions", "complaint", [299.0, 90.0, 100.0, 95.0, 90.0, 110.0]),
        ("invoices", "all", [301.0, 100.0, 150.0, 120.0, 110.0, 100.0]),
        ("transactions", "returns", [0.0, 5.0, 8.0, 29.0, 2.0, 4.0]),
        STEADY,
    )
    assert beyond(table) == ["interactions: visit", "invoices"]
    assert drift_sentences(table, trained=90) == [
        "interactions: visit: 0 rows in the last month, usually 45",
        "invoices: 301 rows in the last month, usually 110",
    ]


def test_a_source_that_stopped_two_windows_ago_is_still_beyond() -> None:
    windows = [0.0, 0.0, *[50.0] * 4]
    assert beyond(found(None, ("interactions", "visit", windows), STEADY)) == [
        "interactions: visit"
    ]


def test_the_season_of_last_year_may_come_again() -> None:
    table = pd.DataFrame(
        [("transactions", "all", 400.0, *[100.0] * 11, 380.0)],
        columns=["table", "kind", *range(13)],
    )
    seen = Seen(day=120, now=frame(seed=9), volumes=table)
    calm = drift(usual(), seen, trained=90, plan=DriftPlan())
    assert beyond(calm) == []


def test_windows_that_the_ledger_does_not_hold_are_not_missed_rows() -> None:
    short = ("invoices", "all", [0.0, 100.0, 100.0, np.nan, np.nan, np.nan])
    assert "invoices" not in set(found(None, short)["name"])


def test_an_old_model_is_beyond() -> None:
    table = found(day=90 + 31, model_days=30)
    assert beyond(table) == ["days"]
    assert drift_sentences(table, trained=90) == [
        "the model is 31 days old, more than the 30 allowed"
    ]


def test_what_is_off_is_not_looked_at() -> None:
    table = found(frame(10.0, seed=9), feature="off", score="off", volume="off")
    assert set(table["subject"]) == {"model"}


def test_a_bundle_without_what_is_usual_judges_the_rest() -> None:
    seen = Seen(day=100, now=frame(), volumes=volumes(STEADY))
    table = drift(None, seen, trained=90, plan=DriftPlan())
    assert set(table["subject"]) == {"volume", "model"}


def test_a_tier_with_other_reasons_is_beyond_and_one_that_nobody_knew_is_not() -> None:
    before = {"vip": {"a": 9.0, "b": 1.0, "c": 0.0}, "small": {"a": 1.0, "b": 2.0, "c": 3.0}}
    held = learn_usual({30 * day: frame(seed=day) for day in range(4)}, {0: before, 90: before})
    now = {"vip": {"a": 0.1, "b": 5.0, "c": 6.0}, "small": before["small"], "new": before["vip"]}
    seen = Seen(day=120, now=frame(seed=9), volumes=volumes(STEADY), weights=now)
    table = drift(held, seen, trained=90, plan=DriftPlan())
    rows = table[table["subject"] == "reason"].set_index("name")
    assert rows["is_beyond"].to_dict() == {"small": False, "vip": True}
    assert rows["usual"].tolist() == [1.0, 1.0]
    assert rows["low"].tolist() == [0.9, 0.9]
    assert rows.loc["small", "value"] == 1.0
    (said,) = drift_sentences(table, trained=90)
    assert said.startswith(
        "in tier `vip` other features weigh on the churn score than on 1970-04-01"
    )
    assert f"agree by {rows.loc['vip', 'value']:.2f} (nDCG)" in said


def test_a_tier_that_more_leave_than_ever_in_a_month_is_beyond_and_few_clients_are_not() -> None:
    tiers = {day: pd.Series(["vip"] * 90 + ["small"] * 10) for day in (0, 30, 60, 90)}
    tiers[30] = pd.Series(["vip"] * 81 + ["small"] * 19)
    held = learn_usual({30 * day: frame(seed=day) for day in range(4)}, tiers=tiers)
    moves = {
        "vip": Moved(clients=90, gone={"small": 45, "new": 1}),
        "small": Moved(clients=29, gone={"vip": 29}),
        "new": Moved(clients=90, gone={"vip": 90}),
    }
    seen = Seen(day=120, now=frame(seed=9), volumes=volumes(STEADY), moves=moves)
    table = drift(held, seen, trained=90, plan=DriftPlan())
    rows = table[table["subject"] == "move"].set_index("name")
    assert rows["is_beyond"].to_dict() == {"vip → new": False, "vip → small": True}
    assert rows.loc["vip → small", "usual"] == 0.1
    assert rows["low"].isna().all()
    (said,) = drift_sentences(table, trained=90)
    assert said == (
        "50% of a tier's clients moved since the last month start (vip → small), before at most "
        "10% in a month"
    )


def test_a_line_worth_far_more_or_less_than_in_any_calm_window_is_beyond() -> None:
    table = pd.DataFrame(
        [
            ("transactions", "cost by amount", 0.9, 0.62, 0.6, 0.61, 0.63, 0.6),
            ("transactions", "products", 40.0, 52.0, 50.0, 51.0, 49.0, 50.0),
            ("transactions", "amount a line", 30.0, 10.0, 40.0, 20.0, 10.0, 30.0),
            ("transactions", "discount by amount", 0.2, 0.0, 0.0, 0.0, 0.0, 0.0),
            ("transactions", "categories", np.nan, 5.0, 5.0, 5.0, 5.0, 5.0),
        ],
        columns=["table", "kind", *range(6)],
    )
    seen = Seen(day=120, now=frame(seed=9), volumes=volumes(STEADY), worth=table)
    judged = drift(usual(), seen, trained=90, plan=DriftPlan())
    rows = judged[judged["subject"] == "worth"].set_index("name")
    assert rows["is_beyond"].to_dict() == {
        "transactions: amount a line": False,
        "transactions: cost by amount": True,
        "transactions: products": False,
    }
    assert rows.loc["transactions: cost by amount", "high"] == 0.62 * 1.25
    (said,) = drift_sentences(judged, trained=90)
    assert said == "transactions: cost by amount: 0.9 in the last month, usually 0.61"

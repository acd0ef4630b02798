"""What would move a client under a rule: checked by assigning anew, on both sides of the edge."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from segml.tiers import RULE_SCHEMES, TierModel, fit_tiers, lever_moves
from segml.tiers.lever import most_profit, offered
from segml.tiers.rule_levers import rule_moves
from segml.words.plan import RULE_TIERS, TierPlan

SHORT = 1e-3
"""The part of a step that is left out to stay on this side of the edge."""


def _clients(seed: int, number: int = 500) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    size = rng.lognormal(0, 1.2, number)
    return pd.DataFrame(
        {
            "profit_365": 300 * size * rng.lognormal(0, 0.3, number) - 60,
            "spend_365": 1000 * size * rng.lognormal(0, 0.3, number),
            "orders_365": rng.poisson(4 * size) + 1.0,
            "margin_rate_365": rng.normal(0.3, 0.1, number),
            "tenure_days": rng.integers(1, 1500, number),
            "continuity_365": rng.integers(1, 13, number) / 12,
            "cost_to_serve_365": 40 * rng.lognormal(0, 1, number),
            "care_share_365": rng.lognormal(-2, 0.7, number),
        },
        index=pd.Index([f"c{n:03}" for n in range(number)], name="client_id"),
    ).astype(np.float32)


@pytest.fixture(scope="module", params=list(RULE_SCHEMES))
def world(request: pytest.FixtureRequest) -> tuple[TierModel, pd.DataFrame, pd.DataFrame]:
    frame, scheme = _clients(5), request.param
    plan = TierPlan(scheme=scheme, number=RULE_TIERS[scheme])
    model = fit_tiers(frame, pd.Series("active", index=frame.index), plan=plan)
    held = model.assign(frame.iloc[::-1])["tier"].shift(40)
    return model, frame, model.assign(frame, held)


def _at(frame: pd.DataFrame, rows: pd.DataFrame, part: float) -> pd.DataFrame:
    """The clients of some rows, their lever moved by a part of the step to its target."""
    moved = frame.loc[rows["client_id"]].astype(np.float64)
    for row in rows.itertuples():
        moved.loc[row.client_id, row.feature] = row.value + part * (row.target - row.value)
    return moved


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_client_changed_as_told_is_in_the_tier_told(
    world: tuple[TierModel, pd.DataFrame, pd.DataFrame], direction: str
) -> None:
    model, frame, assigned = world
    rows = lever_moves(model, frame, assigned)
    rows = rows[rows["direction"].eq(direction)]
    assert len(rows) > 20
    again = model.assign(_at(frame, rows, 1.0), assigned["previous_tier"])
    assert again["tier"].tolist() == rows["to_tier"].tolist()
    as_features = model.assign(_at(frame, rows, 1.0).astype(np.float32), assigned["previous_tier"])
    assert as_features["tier"].tolist() == rows["to_tier"].tolist()
    sense = 1 if direction == "up" else -1
    before = assigned.loc[again.index, "tier_rank"]
    assert (sense * again["tier_rank"] < sense * before).all()


def test_a_little_less_is_not_enough(
    world: tuple[TierModel, pd.DataFrame, pd.DataFrame],
) -> None:
    model, frame, assigned = world
    rows = lever_moves(model, frame, assigned)
    rows = rows[~rows["lever"].isin(["frequency", "breadth"])]  # counts go to the next whole
    rows = rows[rows["distance"] > 1e-6]  # who stands on the edge itself has no side of it
    again = model.assign(_at(frame, rows, 1.0 - SHORT), assigned["previous_tier"])
    assert again["tier"].tolist() == assigned.loc[rows["client_id"], "tier"].tolist()


def test_no_lever_leaves_the_range_or_moves_the_unwanted_way(
    world: tuple[TierModel, pd.DataFrame, pd.DataFrame],
) -> None:
    model, frame, assigned = world
    rows = lever_moves(model, frame, assigned)
    wanted = np.where(rows["lever"].eq("care"), -1, 1)
    sense = np.where(rows["direction"].eq("up"), 1, -1)
    assert ((rows["target"] - rows["value"]) * wanted * sense >= 0).all()
    assert set(rows["feature"]) <= {
        "profit_365",
        "spend_365",
        "orders_365",
        "margin_rate_365",
        "cost_to_serve_365",
        "care_share_365",
    }
    for name, of in rows.groupby("feature"):
        low, high = np.quantile(frame[name].astype(np.float64), (0.01, 0.99))
        assert of["target"].between(low - 1e-9, high + 1e-9).all()


@dataclass(frozen=True)
class _Reach:
    """How a lever may be moved: its feature, the way (1, -1), the ends (n,), the range."""

    feature: str
    way: int
    end: np.ndarray
    size: float

    def moved(self, frame: pd.DataFrame, part: np.ndarray | float) -> pd.Series:
        """The feature after a part of the range, no further than its end and never back."""
        own = frame[self.feature].astype(np.float64)
        limit = np.fmax(self.way * (self.end - own), 0.0)
        return own + self.way * np.minimum(part * self.size, limit)


def _reaches(model: TierModel, frame: pd.DataFrame, sense: int) -> dict[str, _Reach]:
    values = model.values(frame).to_numpy(np.float64)
    low, high = np.quantile(values, (0.01, 0.99), axis=0)
    found = {}
    for place, lever in offered(model.columns):
        ends = np.full(len(values), high[place])
        if lever.name == "margin":
            ends = np.minimum(ends, most_profit(model.columns, values))
        size, way = float(ends.max() - low[place]), sense * lever.wanted
        if way < 0:
            ends = np.full(len(values), low[place])
        if lever.is_whole:
            ends = np.trunc(ends) if way > 0 else np.ceil(ends)
        found[lever.name] = _Reach(model.columns[place], way, ends, size)
    return found


def _told(
    world: tuple[TierModel, pd.DataFrame, pd.DataFrame], direction: str
) -> tuple[pd.Series, pd.Series, pd.DataFrame]:
    """How many levers each client is told of (NaN: none), how far it is, and the rows."""
    model, frame, assigned = world
    rows = lever_moves(model, frame, assigned)
    rows = rows[rows["direction"].eq(direction)]
    each = rows.groupby("client_id")
    needed, far = each["rank"].max(), each["distance"].first()
    return needed.reindex(frame.index), far.reindex(frame.index), rows


def _left(
    world: tuple[TierModel, pd.DataFrame, pd.DataFrame], moved: dict[str, pd.Series], sense: int
) -> pd.Series:
    """Whether each client, its features moved, is out of its tier the way it was to go."""
    model, frame, assigned = world
    again = model.assign(frame.assign(**moved), assigned["previous_tier"])
    return sense * again["tier_rank"] < sense * assigned["tier_rank"]


@pytest.mark.parametrize(("direction", "sense"), [("up", 1), ("down", -1)])
def test_no_fewer_levers_move_a_client_and_all_that_can_be_moved_are_told_how(
    world: tuple[TierModel, pd.DataFrame, pd.DataFrame], direction: str, sense: int
) -> None:
    model, frame, _ = world
    reaches, (needed, _, _) = _reaches(model, frame, sense), _told(world, direction)
    for number in range(1, len(reaches) + 1):
        for names in combinations(reaches, number):
            ends = {reaches[name].feature: reaches[name].moved(frame, np.inf) for name in names}
            assert (needed[_left(world, ends, sense)] <= number).all(), names
    assert needed.notna().sum() > 100
    if direction == "down" or model.estimator.scheme == "levels":
        assert needed.ge(2).sum() > 20


@pytest.mark.parametrize(("direction", "sense"), [("up", 1), ("down", -1)])
def test_nine_tenths_of_a_change_are_not_enough_however_they_are_split(
    world: tuple[TierModel, pd.DataFrame, pd.DataFrame], direction: str, sense: int
) -> None:
    model, frame, _ = world
    reaches, (needed, far, rows) = _reaches(model, frame, sense), _told(world, direction)
    counted = frame.index.isin(rows.loc[rows["lever"].eq("frequency"), "client_id"])
    tried = 0
    for number in (1, 2):
        told = needed.eq(number) & far.gt(1e-6) & ~counted  # a count has no nine tenths
        for names in combinations([name for name in reaches if name != "frequency"], number):
            for share in np.linspace(0, 1, 41) if number == 2 else (1.0,):
                moved = {
                    reaches[name].feature: reaches[name].moved(frame, 0.9 * part * far)
                    for name, part in zip(names, (share, 1 - share), strict=False)
                }
                assert not (_left(world, moved, sense) & told).any(), (names, share)
            tried += int(told.sum())
    assert tried > 50


def test_a_tier_closed_to_a_client_is_passed_over_for_the_next_above() -> None:
    """`potential` asks for room, which is no lever: without it a small client aims at ordinary."""
    frame = _clients(7)
    rng = np.random.default_rng(8)
    frame["wallet"] = frame["spend_365"] * rng.choice([1.0, 20.0], len(frame))
    plan = TierPlan(scheme="strategic", number=RULE_TIERS["strategic"])
    model = fit_tiers(frame, pd.Series("active", index=frame.index), plan=plan)
    assigned = model.assign(frame)
    rows = lever_moves(model, frame, assigned)
    small = assigned.index[assigned["tier"].eq("small")]
    rows = rows[rows["direction"].eq("up") & rows["client_id"].isin(small)]
    assert rows["client_id"].nunique() > 20
    assert "potential" in set(assigned["tier"])
    assert set(rows["to_tier"]) == {"ordinary"}
    again = model.assign(_at(frame, rows, 1.0), assigned["previous_tier"])
    assert set(again["tier"]) == {"ordinary"}


def test_tiers_that_are_no_rule_are_refused() -> None:
    frame = _clients(6)
    model = fit_tiers(frame, pd.Series("active", index=frame.index), plan=TierPlan())
    with pytest.raises(TypeError, match="ClusterTiers is no rule"):
        rule_moves(model, frame, model.assign(frame))

"""Which features make value space, and what stands in their gaps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segml.tiers import VALUE_COORDINATES, learn_value_space, value_space
from segml.words.errors import DataRefused


def _frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "wallet": [100.0, None, 300.0, 500.0],
            "orders_365": [1.0, 2.0, np.nan, 4.0],
            "profit_365": [5.0, -2.0, np.nan, 9.0],
            "tenure_days": [10.0, 20.0, 30.0, 40.0],
        },
        index=pd.Index(["a", "b", "c", "d"], name="client_id"),
    ).astype("float32")


def test_profit_is_the_first_coordinate_whatever_the_frames_order() -> None:
    values = value_space(_frame())
    assert list(values.columns) == ["profit_365", "orders_365", "tenure_days", "wallet"]
    assert (values.dtypes == "float64").all()
    assert list(values.index) == list("abcd")


def test_no_transactions_are_zero_and_an_unknown_potential_is_the_usual_one() -> None:
    values = value_space(_frame())
    assert values.loc["c", "profit_365"] == 0.0
    assert values.loc["c", "orders_365"] == 0.0
    assert values.loc["b", "wallet"] == 300.0


def test_the_fill_is_the_one_learnt_and_not_of_the_frame_at_hand() -> None:
    space = learn_value_space(_frame())
    later = _frame().assign(wallet=[np.nan, 1e6, 1e6, 1e6])
    assert space.values(later).loc["a", "wallet"] == 300.0


def test_a_size_not_known_is_that_of_clients_that_buy_as_much() -> None:
    """A blank is no fact about a client: the largest must not stand among the small for it."""
    draws = np.random.default_rng(0)
    spend = draws.lognormal(8.0, 1.2, 600)
    size = spend / 900.0 * draws.lognormal(0.0, 0.4, 600)
    frame = pd.DataFrame(
        {
            "profit_365": 0.3 * spend * draws.lognormal(0.0, 0.2, 600),
            "spend_365": spend,
            "size_employees": np.where(draws.random(600) < 0.3, np.nan, size),
        }
    )
    space = learn_value_space(frame)
    values = space.values(frame)["size_employees"]
    blank = frame["size_employees"].isna()
    pd.testing.assert_series_equal(values[~blank], frame["size_employees"][~blank])
    order = spend[blank].argsort()
    assert (np.diff(values[blank].to_numpy()[order]) >= 0.0).all()
    apart = np.log(values[blank] / size[blank])
    assert abs(apart.mean()) < 0.1
    assert apart.std() < 0.8 * np.log(size).std()
    largest = blank & (spend > np.quantile(spend, 0.9))
    assert values[largest].median() == pytest.approx(np.median(size[largest]), rel=0.5)


@pytest.mark.parametrize("without", [[], ["spend_365"], ["spend_365", "orders_365"]])
def test_more_profit_alone_moves_no_other_coordinate_where_a_size_is_not_known(
    without: list[str],
) -> None:
    """Or more profit could lower a tier."""
    draws = np.random.default_rng(1)
    spend = draws.lognormal(8.0, 1.2, 200)
    frame = pd.DataFrame(
        {
            "profit_365": 0.3 * spend,
            "spend_365": spend * draws.lognormal(0.0, 0.2, 200),
            "orders_365": draws.poisson(spend / 500.0) + 1.0,
            "wallet": np.where(
                draws.random(200) < 0.3, np.nan, spend * draws.lognormal(1.0, 0.2, 200)
            ),
        }
    ).drop(columns=without)
    space = learn_value_space(frame)
    richer = frame.assign(profit_365=frame["profit_365"] * 5.0 + 1e5)
    before, after = (space.values(each).drop(columns="profit_365") for each in (frame, richer))
    pd.testing.assert_frame_equal(before, after)
    told = before["wallet"][frame["wallet"].isna()].nunique()
    assert (told > 1) == (len(without) < 2)


def test_of_few_clients_the_usual_size_stands_for_all() -> None:
    sizes = np.random.default_rng(0).permutation(38) + 1.0
    told = {"profit_365": np.arange(39.0), "orders_365": [1.0, 2.0, 3.0] * 13}
    frame = pd.DataFrame({**told, "wallet": [np.nan, *sizes]})
    space = learn_value_space(frame)
    assert space.ladders["wallet"].usual == (19.5,)
    assert space.values(frame)["wallet"].iloc[0] == 19.5


def test_constant_and_hardly_known_features_are_left_out_and_said() -> None:
    frame = _frame().assign(orders_365=3.0, wallet=[1.0, None, None, None])
    space = learn_value_space(frame)
    assert space.columns == ("profit_365", "tenure_days")
    assert "tiers do without `orders_365`: the same for all clients" in space.notes
    assert "tiers do without `wallet`: known for less than half of the clients" in space.notes
    absent = next(note for note in space.notes if note.endswith(": absent"))
    assert "`spend_365`, `continuity_365`" in absent


def test_spend_is_no_second_name_for_profit_where_one_rate_stands_for_all_costs() -> None:
    frame = _frame().assign(spend_365=_frame()["profit_365"].fillna(0) / 0.35)
    space = learn_value_space(frame.astype("float32"))
    assert "spend_365" not in space.columns
    assert "tiers do without `spend_365`: profit in another unit" in space.notes
    costs = frame.assign(spend_365=frame["spend_365"] + [0.0, 1.0, 0.0, 0.0])
    assert "spend_365" in learn_value_space(costs).columns


def test_no_second_coordinate_is_computed_from_profit_and_it_is_said() -> None:
    frame = _frame().assign(value_365=[1.0, 2.0, 3.0, 4.0], profit_90=[1.0, 2.0, 3.0, 4.0])
    space = learn_value_space(frame)
    assert [name for name in space.columns if "profit" in name or "value" in name] == ["profit_365"]
    assert (
        "tiers do without `value_365`, `profit_90`: computed from profit, which counts once"
        in space.notes
    )
    assert sum("profit" in name for line in VALUE_COORDINATES for name in line.features) == 1


def test_a_second_feature_stands_in_for_a_first_that_is_absent() -> None:
    frame = _frame().assign(annual_turnover=[1.0, 2.0, 3.0, 4.0])
    assert "annual_turnover" in learn_value_space(frame).columns
    both = learn_value_space(frame.assign(size_employees=[1.0, 2.0, 3.0, 4.0])).columns
    assert "size_employees" in both
    assert "annual_turnover" not in both


def test_roles_share_the_variance_and_contribution_has_most_of_it() -> None:
    every = {
        line.features[0]: np.arange(1.0, 5.0) ** (i + 1) for i, line in enumerate(VALUE_COORDINATES)
    }
    space = learn_value_space(pd.DataFrame(every))
    squares = np.square(space.weights)
    assert squares.sum() == pytest.approx(1.0)
    assert squares[:3].sum() == pytest.approx(0.65)
    by_name = dict(zip(space.columns, squares, strict=True))
    assert by_name["tenure_days"] + by_name["continuity_365"] == pytest.approx(0.1)
    assert by_name["tenure_days"] == pytest.approx(4 * by_name["continuity_365"])
    assert by_name["wallet"] == pytest.approx(4 * by_name["spend_growth_365"])
    assert by_name["spend_365"] == pytest.approx(2 * by_name["profit_365"])
    without = learn_value_space(pd.DataFrame(every).drop(columns="spend_365"))
    both = dict(zip(without.columns, np.square(without.weights), strict=True))
    assert both["profit_365"] == pytest.approx(both["orders_365"])
    only_profit = learn_value_space(pd.DataFrame({"profit_365": [1.0, 2.0]}))
    assert only_profit.weights == (1.0,)


def test_what_moves_by_chance_does_not_take_its_whole_roles_place() -> None:
    frame = pd.DataFrame({"profit_365": [1.0, 2.0, 4.0], "spend_growth_365": [3.0, 1.0, 2.0]})
    growth = learn_value_space(frame).weights[1] ** 2
    assert growth == pytest.approx(0.25 * 0.15 / (0.65 + 0.25 * 0.15))


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"orders_365": [1.0, 2.0]}),
        pd.DataFrame({"profit_365": [2.0, 2.0], "orders_365": [1.0, 2.0]}),
        pd.DataFrame({"profit_365": [2.0]}),
        pd.DataFrame({"profit_365": pd.Series([], dtype="float32")}),
    ],
)
def test_nothing_to_order_by_is_refused(frame: pd.DataFrame) -> None:
    with pytest.raises(DataRefused, match="profit_365"):
        learn_value_space(frame)


def test_a_frame_that_lost_a_column_is_refused_by_name() -> None:
    space = learn_value_space(_frame())
    with pytest.raises(DataRefused, match="lacks wallet"):
        space.values(_frame().drop(columns="wallet"))

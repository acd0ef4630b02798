from __future__ import annotations

import inspect
from datetime import date

import numpy as np
import pandas as pd
import pytest

from segml.simulate import CAUSES, RANGES, World, make_world
from segml.simulate.names import HOSTILE
from segml.words.errors import ConfigurationRefused


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(clients=1200, months=36, seed=4)


def test_the_same_seed_gives_the_same_bytes(world: World) -> None:
    again = make_world(clients=1200, months=36, seed=4)
    for name in ("transactions", "clients", "truth"):
        ours, theirs = getattr(world, name), getattr(again, name)
        pd.testing.assert_frame_equal(ours, theirs, check_exact=True)
    assert (world.config, world.happenings) == (again.config, again.happenings)


def test_another_seed_has_another_mix_of_causes() -> None:
    worlds = [make_world(clients=600, months=24, seed=seed) for seed in range(3)]
    mixes = [w.truth["cause"].value_counts(normalize=True) for w in worlds]
    assert all((mixes[0].sub(m, fill_value=0).abs().sum() > 0.15) for m in mixes[1:])
    assert len({w.config.cause_mix for w in worlds}) == 3


def test_every_number_of_a_world_lies_in_its_range_and_moves_with_the_seed() -> None:
    configs = [make_world(clients=2, months=6, seed=seed).config for seed in range(5)]
    for name, (low, high) in RANGES.items():
        drawn = {getattr(config, name) for config in configs}
        assert len(drawn) == 5
        assert all(low <= value <= high for value in drawn)
    assert all(abs(sum(config.cause_mix) - 1) < 1e-12 for config in configs)


def test_the_tables_have_the_contracts_columns(world: World) -> None:
    assert list(world.transactions) == [
        "client_id", "date", "amount", "order_id", "line_id", "product", "category", "quantity",
        "cost", "discount", "is_return",
    ]  # fmt: skip
    assert list(world.clients) == [
        "client_id", "name", "industry", "region", "employees", "annual_turnover", "manager",
        "acquired_on", "acquisition_channel", "acquisition_cost", "wallet",
    ]  # fmt: skip
    required = world.transactions.isna().any()
    assert not required.any()


def test_the_window_is_calendar_months_and_full(world: World) -> None:
    dates = world.transactions["date"]
    assert world.config.end == date(2025, 1, 1)
    assert dates.min() == pd.Timestamp(2022, 1, 1)
    assert dates.max() < pd.Timestamp(2025, 1, 1)
    assert dates.max() >= pd.Timestamp(2024, 12, 30)
    short = make_world(clients=3, months=13, seed=1, start=date(2024, 1, 31))
    assert short.config.end == date(2025, 2, 28)


def test_ids_are_unique_and_an_order_is_one_client_on_one_day(world: World) -> None:
    lines = world.transactions
    assert lines["line_id"].is_unique
    assert world.clients["client_id"].is_unique
    orders = lines.groupby("order_id")
    for column in ("client_id", "date", "is_return"):
        assert (orders[column].min() == orders[column].max()).all()


def test_money_adds_up_line_by_line(world: World) -> None:
    sold = world.transactions[~world.transactions["is_return"]]
    assert (sold[["amount", "quantity", "cost"]] > 0).all(axis=None)
    assert (sold["discount"] >= 0).all()
    cents = sold[["amount", "cost", "discount"]] * 100
    np.testing.assert_allclose(cents, cents.round(), atol=1e-6)
    unit = (sold["amount"] + sold["discount"]) / sold["quantity"]
    # every list price of a product on a day is one number, for all clients
    spread = unit.groupby([sold["product"], sold["date"]]).agg(["min", "max"])
    np.testing.assert_allclose(spread["min"], spread["max"], atol=1e-6)


def test_a_price_rise_is_seen_in_every_unit_price_of_its_category(world: World) -> None:
    sold = world.transactions[~world.transactions["is_return"]]
    unit = (sold["amount"] + sold["discount"]) / sold["quantity"]
    start = pd.Timestamp(world.config.start)
    # the k-th rise of the catalogue's category; categories are named by their own products
    day = {r: start + pd.Timedelta(days=r.day) for r in world.happenings.rises}
    for rise, when in day.items():
        near = sold["date"].between(when - pd.Timedelta(days=25), when + pd.Timedelta(days=24))
        before = unit[near & (sold["date"] < when)].groupby(sold["product"]).last()
        after = unit[near & (sold["date"] >= when)].groupby(sold["product"]).first()
        ratio = (after / before).dropna()
        category = sold.drop_duplicates("product").set_index("product")["category"]
        risen = ratio.groupby(category).median() - 1
        if sum(abs((other - when).days) < 50 for other in day.values()) == 1:
            assert risen.max() == pytest.approx(rise.magnitude, abs=0.04)
            assert (risen < 0.04).sum() == len(risen) - 1


def test_returns_take_back_part_of_a_line_and_follow_it(world: World) -> None:
    lines = world.transactions
    returned = lines[lines["is_return"]]
    assert (returned[["amount", "quantity", "cost"]] < 0).all(axis=None)
    assert (returned["discount"] == 0).all()
    share = len(returned) / (~lines["is_return"]).sum()
    assert share == pytest.approx(world.config.return_share, rel=0.15)
    first = lines[~lines["is_return"]].groupby(["client_id", "product"])["date"].min()
    sold = first.reindex(pd.MultiIndex.from_frame(returned[["client_id", "product"]]))
    wait = returned["date"].to_numpy() - sold.to_numpy()
    assert (wait >= np.timedelta64(3, "D")).all()


def test_orders_have_as_many_lines_as_said() -> None:
    quiet = make_world(clients=400, months=12, seed=5)
    sold = quiet.transactions[~quiet.transactions["is_return"]]
    first = min(w.day for w in quiet.happenings.withdrawals)
    before = sold[sold["date"] < pd.Timestamp(quiet.config.start) + pd.Timedelta(days=first)]
    lines = before.groupby("order_id").size().mean()
    assert lines == pytest.approx(quiet.config.lines_per_order, rel=0.05)


def test_the_lost_of_a_year_are_ten_to_twentyfive_in_a_hundred() -> None:
    shares = []
    for seed in range(6):
        world = make_world(clients=500, months=36, seed=seed)
        last_year = pd.Timestamp(2024, 1, 1)
        known = world.clients["acquired_on"] < last_year
        gone = world.truth["onset"] < last_year
        shares.append((~gone).sum() / (known.sum() - gone.sum()))
    assert 0.1 < np.mean(shares) < 0.25
    assert min(shares) > 0.05
    assert max(shares) < 0.35


def test_the_course_of_a_loss_shows_in_the_ledger(world: World) -> None:
    lines = world.transactions.merge(world.truth, on="client_id")
    lines["profit"] = lines["amount"] - lines["cost"]
    after = lines[(lines["date"] > lines["complete_on"]) & ~lines["is_return"]]
    left = lines[lines["kind"] == "left"]
    assert len(left) > 1000
    assert not (after["kind"] == "left").any()
    worth = after[after["kind"] == "unprofitable"].groupby("client_id")["profit"].sum()
    assert len(worth) > 5
    assert (worth < 0).mean() > 0.9
    healthy = lines[lines["date"] < lines["onset"]].groupby("client_id")["profit"].sum()
    assert (healthy > 0).mean() > 0.98


def test_withdrawn_products_are_not_sold_any_more(world: World) -> None:
    sold = world.transactions[~world.transactions["is_return"]]
    last = sold.groupby("product")["date"].max()
    start = pd.Timestamp(world.config.start)
    withdrawn = sum(len(w.products) for w in world.happenings.withdrawals)
    early = (last < pd.Timestamp(world.config.end) - pd.Timedelta(days=60)).sum()
    assert early >= 1
    assert early <= withdrawn
    ends = {start + pd.Timedelta(days=w.day) for w in world.happenings.withdrawals}
    gone = last[last < pd.Timestamp(world.config.end) - pd.Timedelta(days=60)]
    assert all(any(0 < (end - day).days < 45 for end in ends) for day in gone)


def test_the_truth_names_buyers_once_with_the_hazard_of_their_cause(world: World) -> None:
    truth = world.truth
    assert truth["client_id"].is_unique
    assert set(truth["client_id"]) <= set(world.clients["client_id"][:1200])
    own = [truth.loc[i, f"hazard_{cause}"] for i, cause in truth["cause"].items()]
    assert min(own) > 0
    # the named cause is drawn in proportion to the hazards: on average it holds its own share
    hazards = truth[[f"hazard_{cause}" for cause in CAUSES]]
    share = hazards.div(hazards.sum(axis=1), axis=0)
    for cause in CAUSES:
        expected = share[f"hazard_{cause}"]
        spread = np.sqrt((expected * (1 - expected)).sum())
        assert abs((truth["cause"] == cause).sum() - expected.sum()) < 4 * spread + 1


def test_prospects_have_neither_transactions_nor_an_acquisition(world: World) -> None:
    prospects = world.clients[world.clients["acquired_on"].isna()]
    assert len(prospects) == 60
    assert not world.transactions["client_id"].isin(prospects["client_id"]).any()
    first = world.transactions.groupby("client_id")["date"].min()
    acquired = world.clients.set_index("client_id")["acquired_on"].reindex(first.index)
    assert (acquired <= first).all()


def test_names_are_distinct_in_several_scripts_and_some_are_hostile(world: World) -> None:
    names = world.clients["name"]
    assert names.is_unique
    assert names.str.contains("[а-яА-Я]").mean() > 0.1
    assert names.str.contains("[\u4e00-\u9fff]").mean() > 0.06
    assert set(HOSTILE) <= set(names)
    spend = world.transactions.groupby("client_id")["amount"].sum()
    rank = spend.rank(ascending=False)
    hostile = world.clients.set_index("client_id")["name"].isin(HOSTILE)
    assert rank[hostile[hostile].index].median() < 120  # most are among the largest tenth


def test_more_clients_than_are_made_at_once_all_buy() -> None:
    world = make_world(clients=2100, months=6, seed=2)
    late = world.clients["client_id"][2000:2100]
    bought = late.isin(set(world.transactions["client_id"]))
    assert bought.mean() > 0.6


@pytest.mark.parametrize(("clients", "months"), [(0, 12), (10, 5), (10, 601), (-1, 12)])
def test_a_size_that_is_no_world_is_refused(clients: int, months: int) -> None:
    with pytest.raises(ConfigurationRefused, match="6 to 600 months"):
        make_world(clients=clients, months=months, seed=0)


def test_one_client_is_a_world() -> None:
    world = make_world(clients=1, months=6, seed=3)
    assert len(world.clients) == 2
    assert set(world.transactions["client_id"]) <= {"C00001"}


def test_the_face_takes_names_only() -> None:
    kinds = {p.kind for p in inspect.signature(make_world).parameters.values()}
    assert kinds == {inspect.Parameter.KEYWORD_ONLY}

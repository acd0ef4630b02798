from __future__ import annotations

import inspect
from datetime import date

import numpy as np
import pandas as pd
import pytest

from segml.simulate import CAUSES, World, make_world
from segml.simulate import world as world_module
from segml.simulate.names import HOSTILE
from segml.words.feature import REASONS

TABLES = {
    "transactions": [
        "client_id", "date", "amount", "order_id", "line_id", "product", "category", "quantity",
        "cost", "discount", "is_return",
    ],
    "clients": [
        "client_id", "name", "industry", "region", "employees", "annual_turnover", "manager",
        "acquired_on", "acquisition_channel", "acquisition_cost", "referred_by", "wallet", "role",
        "role_note", "left_on", "left_reason",
    ],
    "interactions": [
        "client_id", "date", "kind", "minutes", "cost", "resolved_on", "outcome",
    ],
    "invoices": ["client_id", "issued_on", "due_on", "amount", "paid_on"],
    "events": [
        "event_id", "date", "kind", "scope", "scope_value", "magnitude", "description",
    ],
}  # fmt: skip
TRUTHS = ("truth", "truth_clients", "truth_events")


@pytest.mark.parametrize("name", TABLES)
def test_the_tables_have_the_contracts_columns(world: World, name: str) -> None:
    assert list(getattr(world, name)) == TABLES[name]


def test_the_same_seed_gives_the_same_bytes(world: World) -> None:
    again = make_world(clients=1200, months=36, seed=4)
    for name in (*TABLES, *TRUTHS):
        ours, theirs = getattr(world, name), getattr(again, name)
        pd.testing.assert_frame_equal(ours, theirs, check_exact=True)
    assert world.config == again.config


def test_another_seed_has_another_mix_of_causes() -> None:
    worlds = [make_world(clients=600, months=24, seed=seed) for seed in range(3)]
    mixes = [w.truth["cause"].value_counts(normalize=True) for w in worlds]
    assert all((mixes[0].sub(m, fill_value=0).abs().sum() > 0.15) for m in mixes[1:])
    assert len({w.config.cause_mix for w in worlds}) == 3


def test_causes_are_the_reason_codes() -> None:
    assert CAUSES == REASONS


def test_the_window_is_full_and_nothing_but_due_days_lies_after_it(world: World) -> None:
    end = pd.Timestamp(world.config.end)
    assert world.config.end == date(2025, 1, 1)
    dates = world.transactions["date"]
    assert dates.min() == pd.Timestamp(2022, 1, 1)
    assert dates.max() >= pd.Timestamp(2024, 12, 30)
    for name, columns in {
        "transactions": ["date"], "clients": ["acquired_on", "left_on"], "events": ["date"],
        "interactions": ["date", "resolved_on"], "invoices": ["issued_on", "paid_on"],
    }.items():  # fmt: skip
        for column in columns:
            assert getattr(world, name)[column].max() < end, (name, column)
    assert world.invoices["due_on"].max() >= end


def test_the_five_tables_refer_to_each_other(world: World) -> None:
    known = set(world.clients["client_id"])
    assert len(known) == len(world.clients)
    for name in ("transactions", "interactions", "invoices"):
        assert set(getattr(world, name)["client_id"]) <= known
    referred = world.clients["referred_by"].dropna()
    assert set(referred) <= known
    assert (referred != world.clients.loc[referred.index, "client_id"]).all()
    assert set(world.truth["client_id"]) <= known
    assert list(world.truth_clients["client_id"]) == list(world.clients["client_id"])
    assert list(world.truth_events["event_id"]) == list(world.events["event_id"])
    assert world.events["event_id"].is_unique
    assert set(world.truth["event_id"].dropna()) <= set(world.events["event_id"])


def test_a_scope_names_something_that_is_there(world: World) -> None:
    there = {
        "category": set(world.transactions["category"]),
        "product": set(world.transactions["product"]),
        "region": set(world.clients["region"]),
        "industry": set(world.clients["industry"]),
        "manager": set(world.clients["manager"]),
    }
    for scope, of_scope in world.events.groupby("scope"):
        if scope == "all":
            assert of_scope["scope_value"].isna().all()
        else:
            assert set(of_scope["scope_value"]) <= there[str(scope)]
    sized = world.events["kind"] == "price_change"
    assert world.events.loc[sized, "magnitude"].notna().all()
    assert world.events.loc[~sized, "magnitude"].isna().all()


def test_ids_are_unique_and_an_order_is_one_client_on_one_day(world: World) -> None:
    lines = world.transactions
    assert lines["line_id"].is_unique
    orders = lines.groupby("order_id")
    for column in ("client_id", "date", "is_return"):
        assert (orders[column].min() == orders[column].max()).all()
    assert lines["date"].is_monotonic_increasing


def test_there_is_one_invoice_an_order_over_what_it_cost(world: World) -> None:
    sold = world.transactions[~world.transactions["is_return"]]
    orders = sold.groupby("order_id").agg({"client_id": "first", "date": "first", "amount": "sum"})
    bills = world.invoices
    assert len(bills) == len(orders)
    keys = ["client_id", "date", "amount"]
    ours = orders.assign(amount=orders["amount"].round(2)).sort_values(keys)
    theirs = bills.rename(columns={"issued_on": "date"}).sort_values(keys)
    np.testing.assert_allclose(ours["amount"].to_numpy(), theirs["amount"].to_numpy(), atol=0.011)
    assert (ours["date"].to_numpy() == theirs["date"].to_numpy()).all()
    assert (bills["due_on"] > bills["issued_on"]).all()
    assert (bills["paid_on"].dropna() > bills.loc[bills["paid_on"].notna(), "issued_on"]).all()


def test_money_is_in_cents_line_by_line(world: World) -> None:
    sold = world.transactions[~world.transactions["is_return"]]
    assert (sold[["amount", "quantity", "cost"]] > 0).all(axis=None)
    assert (sold["discount"] >= 0).all()
    cents = world.transactions[["amount", "cost", "discount"]] * 100
    np.testing.assert_allclose(cents, cents.round(), atol=1e-6)
    unit = (sold["amount"] + sold["discount"]) / sold["quantity"]
    # every list price of a product on a day is one number, for all clients
    spread = unit.groupby([sold["product"], sold["date"]]).agg(["min", "max"])
    np.testing.assert_allclose(spread["min"], spread["max"], atol=1e-6)
    returned = world.transactions[world.transactions["is_return"]]
    assert (returned[["amount", "quantity", "cost"]] < 0).all(axis=None)
    assert (returned["discount"] == 0).all()


def test_outcomes_are_those_of_answered_demands(world: World) -> None:
    contacts = world.interactions
    asked = contacts["kind"].isin(["complaint", "discount_request", "return_request"])
    assert contacts.loc[~asked, ["resolved_on", "outcome"]].isna().all(axis=None)
    answered = contacts["resolved_on"].notna()
    assert (contacts["outcome"].notna() == answered).all()
    assert set(contacts.loc[answered, "outcome"]) == {"upheld", "rejected"}
    assert (contacts["resolved_on"] > contacts["date"])[answered].all()
    complaints = contacts[contacts["kind"] == "complaint"]
    assert 0.03 < complaints["resolved_on"].isna().mean() < 0.3


def test_the_course_of_a_loss_shows_in_the_ledger(world: World) -> None:
    lines = world.transactions.merge(world.truth, on="client_id")
    lines["profit"] = lines["amount"] - lines["cost"]
    after = lines[(lines["date"] > lines["complete_on"]) & ~lines["is_return"]]
    assert (lines["kind"] == "left").sum() > 1000
    assert not (after["kind"] == "left").any()
    healthy = lines[lines["date"] < lines["onset"]].groupby("client_id")["profit"].sum()
    assert (healthy > 0).mean() > 0.98


def test_what_was_withdrawn_is_not_sold_any_more(world: World) -> None:
    sold = world.transactions[~world.transactions["is_return"]]
    last = sold.groupby("product")["date"].max()
    gone = world.events[world.events["kind"] == "product_withdrawal"]
    for row in gone[gone["scope"] == "product"].itertuples():
        assert last.get(row.scope_value, pd.Timestamp(1900, 1, 1)) < row.date


def test_a_noted_end_is_after_the_last_order(world: World) -> None:
    noted = world.clients.dropna(subset=["left_on"])
    assert len(noted) > 20
    truth = world.truth.set_index("client_id").loc[noted["client_id"]]
    assert (truth["kind"] == "left").all()
    assert (noted["left_on"].to_numpy() > truth["complete_on"].to_numpy()).all()
    sold = world.transactions[~world.transactions["is_return"]]
    last = sold.groupby("client_id")["date"].max().reindex(noted["client_id"])
    assert (
        last.dropna() < noted.set_index("client_id")["left_on"].reindex(last.dropna().index)
    ).all()


def test_special_is_declared_with_a_note_and_the_truth_knows_roles(world: World) -> None:
    special = world.clients["role"] == "special"
    assert special.sum() > 3
    assert world.clients.loc[special, "role_note"].notna().all()
    assert world.clients.loc[~special, "role"].isna().all()
    held = world.truth_clients["roles"]
    assert set(np.concatenate(list(held))) == {"anchor", "rising", "magnet", "advisor", "special"}
    bought = world.clients["acquired_on"].notna()
    named = held.map(lambda roles: "special" in roles)
    assert (named[bought] == special[bought]).all()
    spend = world.transactions.groupby("client_id")["amount"].sum()
    anchors = world.truth_clients.loc[held.map(lambda roles: "anchor" in roles), "client_id"]
    assert spend.reindex(anchors).median() > 3 * spend.median()


def test_the_truth_names_buyers_once_with_the_hazard_of_their_cause(world: World) -> None:
    truth = world.truth
    assert truth["client_id"].is_unique
    hazards = truth[[f"hazard_{cause}" for cause in CAUSES]].set_axis(list(CAUSES), axis=1)
    own = np.array([hazards.loc[i, cause] for i, cause in truth["cause"].items()])
    assert own.min() > 0
    assert (truth["observer"] == hazards.idxmax(axis=1)).all()
    # the named cause is drawn in proportion to the hazards: on average it holds its own share
    share = hazards.div(hazards.sum(axis=1), axis=0)
    for cause in CAUSES:
        spread = np.sqrt((share[cause] * (1 - share[cause])).sum())
        assert abs((truth["cause"] == cause).sum() - share[cause].sum()) < 4 * spread + 1


def test_the_effects_of_events_add_up_to_the_losses(world: World) -> None:
    truth, effects = world.truth, world.truth_events
    through = truth.dropna(subset=["event_id"])
    assert effects["losses"].sum() == len(through)
    change = through["profit_year_after"] - through["profit_year_after_undisturbed"]
    assert effects["profit_effect"].sum() == pytest.approx(change.sum(), abs=0.02 * len(through))
    decoys = effects[effects["is_decoy"]]
    assert len(decoys) > 10
    assert (decoys[["hazard_added", "losses", "profit_effect"]] == 0).all(axis=None)
    assert decoys["cause"].isna().all()


def test_the_latent_course_by_month_is_told(world: World) -> None:
    told = world.truth_clients
    for column in ("rate", "basket", "growth"):
        assert {len(values) for values in told[column]} == {36}
    left = world.truth[(world.truth["course"] == "sudden")].iloc[0]
    rate = told.set_index("client_id").loc[left["client_id"], "rate"]
    passed = (left["onset"] - pd.Timestamp(world.config.start)).days / (365.25 / 12)
    assert (np.array(rate[: int(passed) - 1]) > 0).all()
    assert (np.array(rate[int(passed) + 1 :]) == 0).all()


@pytest.mark.parametrize("seed", range(10))
def test_a_perfect_observer_is_right_as_often_as_promised(seed: int) -> None:
    truth = make_world(clients=2000, months=36, seed=seed).truth
    known = truth[truth["cause"] != "unknown"]
    assert 0.65 <= (known["cause"] == known["observer"]).mean() <= 0.85


def test_the_lost_of_a_year_are_ten_to_twentyfive_in_a_hundred() -> None:
    shares = []
    for seed in range(6):
        made = make_world(clients=500, months=36, seed=seed)
        last_year = pd.Timestamp(2024, 1, 1)
        known = made.clients["acquired_on"] < last_year
        gone = made.truth["onset"] < last_year
        shares.append((~gone).sum() / (known.sum() - gone.sum()))
    assert 0.1 < np.mean(shares) < 0.25
    assert min(shares) > 0.05
    assert max(shares) < 0.35


def test_blocks_make_one_world(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world_module, "BLOCK_CLIENTS", 200)
    made = make_world(clients=500, months=12, seed=3)
    assert made.clients["client_id"].is_unique
    assert made.clients["acquired_on"].notna().sum() == 500
    assert len(made.clients) == 525
    assert made.transactions["line_id"].is_unique
    number = made.clients["client_id"].str[1:].astype(int)
    assert number.tolist() == list(range(1, 526))
    # a referral stays within its block
    referred = made.clients.dropna(subset=["referred_by"])
    block = (referred["client_id"].str[1:].astype(int) - 1) // 210
    theirs = (referred["referred_by"].str[1:].astype(int) - 1) // 210
    assert (block == theirs).all()
    assert len(referred) > 40


def test_prospects_have_neither_transactions_nor_an_acquisition(world: World) -> None:
    prospects = world.clients[world.clients["acquired_on"].isna()]
    assert len(prospects) == 60
    for table in (world.transactions, world.interactions, world.invoices):
        assert not table["client_id"].isin(prospects["client_id"]).any()
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
    assert rank.reindex(hostile[hostile].index).median() < 120  # most are among the largest tenth


def test_one_client_is_a_world() -> None:
    made = make_world(clients=1, months=6, seed=3)
    assert len(made.clients) == 2
    assert set(made.transactions["client_id"]) <= {"C00001"}
    assert list(made.truth)[:3] == ["client_id", "cause", "onset"]


def test_the_face_takes_names_only() -> None:
    kinds = {p.kind for p in inspect.signature(make_world).parameters.values()}
    assert kinds == {inspect.Parameter.KEYWORD_ONLY}

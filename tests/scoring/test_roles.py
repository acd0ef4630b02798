"""Roles of a real ledger: a magnet that buys little is a key client, and a declared friend too."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from segml.bundle import Bundle
from segml.features import Snapshot, snapshot
from segml.ledger import Ledger, open_ledger
from segml.scoring import key_at, roles_of
from segml.words.plan import Plan, SourcePlan


@pytest.fixture(scope="module")
def magnet() -> str:
    return "magnet that buys little"


@pytest.fixture(scope="module")
def told(plan: Plan, tmp_path_factory: pytest.TempPathFactory, magnet: str) -> Iterator[Ledger]:
    """The room's ledger, with one small old client that brought a tenth of the others."""
    folder = tmp_path_factory.mktemp("magnet")
    paths = plan.ledger
    assert paths.clients is not None
    lines = pd.read_parquet(str(paths.transactions.path))
    clients = pd.read_parquet(str(paths.clients.path))
    clients["referred_by"] = None
    clients["role"], clients["role_note"] = None, None
    came = clients.sort_values("acquired_on")["client_id"].tolist()
    clients.loc[clients["client_id"].isin(came[60:120:3]), "referred_by"] = magnet
    first = lines.iloc[[0]].assign(
        client_id=magnet, date=lines["date"].min(), order_id="m1", amount=1.0, cost=0.9
    )
    again = first.assign(date=lines["date"].max() - pd.Timedelta(120, "D"), order_id="m2")
    row = clients.iloc[[0]].assign(client_id=magnet, acquired_on=clients["acquired_on"].min())
    declared = row.assign(client_id="friend", role="Special", role_note="the owner's friend")
    pd.concat([lines, first, again]).to_parquet(folder / "lines.parquet")
    pd.concat([clients, row, declared]).to_parquet(folder / "clients.parquet")
    with open_ledger(_at(plan, folder).ledger, plan.economics) as opened:
        yield opened


def _at(plan: Plan, folder: Path) -> Plan:
    ledger = dataclasses.replace(
        plan.ledger,
        transactions=SourcePlan(path=str(folder / "lines.parquet")),
        clients=SourcePlan(path=str(folder / "clients.parquet")),
    )
    return dataclasses.replace(plan, ledger=ledger)


@pytest.fixture(scope="module")
def now(told: Ledger, bundle: Bundle, as_of: int) -> Snapshot:
    return snapshot(told.past(as_of), bundle.features)


def test_a_magnet_that_buys_little_is_found_and_is_a_key_client(
    bundle: Bundle, now: Snapshot, magnet: str
) -> None:
    rank = bundle.tiers.assign(now.frame)["tier_rank"]
    roles = roles_of(bundle, now, rank)
    assert roles.text[magnet] == "magnet"
    assert rank[magnet] not in bundle.plan.tiers.key
    assert key_at(bundle, now, rank)[magnet]
    evidence = roles.evidence[roles.evidence["client_id"].eq(magnet)].set_index("measure")
    brought = evidence.loc["brought_profit_365"]
    assert brought["reference"] == now.money.loc[magnet, "profit_365"]
    weight = bundle.plan.economics.referral_weight
    assert brought["value"] == now.money.loc[magnet, "referral_profit_365"] / weight


def test_a_declared_role_makes_a_key_client_with_its_note(bundle: Bundle, now: Snapshot) -> None:
    rank = bundle.tiers.assign(now.frame)["tier_rank"]
    roles = roles_of(bundle, now, rank)
    (note,) = roles.evidence.loc[roles.evidence["client_id"].eq("friend"), "note"]
    assert roles.text["friend"] == "special"
    assert note == "the owner's friend"
    assert key_at(bundle, now, rank)["friend"]


def test_without_key_roles_key_clients_are_those_of_the_key_tiers(
    bundle: Bundle, now: Snapshot
) -> None:
    tiers = dataclasses.replace(bundle.plan.tiers, key_roles=())
    ruled = dataclasses.replace(bundle, plan=dataclasses.replace(bundle.plan, tiers=tiers))
    rank = bundle.tiers.assign(now.frame)["tier_rank"]
    assert key_at(ruled, now, rank).equals(rank.eq(1).rename("is_key"))


def test_looking_for_some_roles_finds_the_same_as_looking_for_all(
    bundle: Bundle, now: Snapshot
) -> None:
    rank = bundle.tiers.assign(now.frame)["tier_rank"]
    every = roles_of(bundle, now, rank).held
    some = roles_of(bundle, now, rank, names=("magnet", "special")).held
    assert every["magnet"].any()
    assert some[["magnet", "special"]].equals(every[["magnet", "special"]])
    rising = roles_of(bundle, now, rank, names=("rising",)).held["rising"]
    assert rising.equals(every["rising"])

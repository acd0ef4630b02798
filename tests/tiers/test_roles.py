"""Roles together: several at once, declared ones added, evidence for each."""

import numpy as np
import pandas as pd
import pytest

from segml.tiers import Portfolio, find_roles
from segml.tiers.roles import COLUMNS
from segml.words.role import ROLES

N = 300


@pytest.fixture
def known() -> Portfolio:
    index = pd.Index([f"c{n:03}" for n in range(N)], name="client_id")
    brought = np.zeros(N)
    brought[7] = 9.0
    frame = pd.DataFrame(
        {
            "referred_clients": brought,
            "was_referred": (np.arange(N) >= N - 9).astype(float),
            "tenure_days": np.linspace(2000, 100, N),
            "gap_variation": 1.0,
            "orders_trend_90": 1.0,
        },
        index=index,
    )
    profit = np.full(N, 100.0)
    profit[7] = 90_000.0
    money = pd.DataFrame(
        {
            "profit_365": profit,
            "profit_prev_365": profit,
            "referral_profit_365": 20.0 * brought,
        },
        index=index,
    )
    return Portfolio(
        frame=frame,
        money=money,
        status=pd.Series("active", index=index),
        in_key_tier=pd.Series(False, index=index),
        expected=pd.Series(100.0, index=index),
        referral_weight=0.2,
    )


def _declared(known: Portfolio, **said: tuple[str, str | None]) -> pd.DataFrame:
    declared = pd.DataFrame({"role": None, "role_note": None}, index=known.frame.index)
    declared = declared.astype(object)
    for client, (role, note) in said.items():
        declared.loc[client] = [role, note]
    return declared


def test_a_client_can_hold_several_roles_named_in_their_order(known: Portfolio) -> None:
    roles = find_roles(known, _declared(known, c007=("Special", "the owner's friend")))
    assert roles.text["c007"] == "anchor,magnet,special"
    assert roles.text.drop("c007").eq("").all()
    assert list(roles.held) == list(ROLES)


def test_what_was_declared_is_added_and_says_so(known: Portfolio) -> None:
    said = _declared(known, c007=("magnet", "knows everybody"), c009=("advisor; Special", None))
    roles = find_roles(known, said)
    assert roles.text["c009"] == "advisor,special"
    mine = roles.evidence[roles.evidence["client_id"].eq("c007")]
    magnet = mine[mine["role"].eq("magnet")]
    assert magnet["source"].tolist() == ["found", "found", "found", "declared"]
    assert magnet["rank"].tolist() == [1, 2, 3, 4]
    assert magnet["note"].tolist()[-1] == "knows everybody"
    assert np.isnan(magnet["strength"].tolist()[-1])


def test_words_that_are_no_role_are_told_and_make_nobody_one(known: Portfolio) -> None:
    roles = find_roles(known, _declared(known, c001=("friend", None), c002=("friend, special", "")))
    assert roles.text["c001"] == ""
    assert roles.text["c002"] == "special"
    (note,) = roles.notes
    assert "`friend`" in note
    assert "2 clients" in note
    assert "anchor" in note


def test_everybody_with_a_role_has_evidence_of_it_and_nobody_else(known: Portfolio) -> None:
    roles = find_roles(known, _declared(known, c200=("special", "pilot plant")))
    assert list(roles.evidence.columns) == list(COLUMNS)
    for name in ROLES:
        of_role = roles.evidence[roles.evidence["role"].eq(name)]
        assert set(of_role["client_id"]) == set(roles.held.index[roles.held[name]])
    keys = roles.evidence[["client_id", "role", "rank"]]
    assert not keys.duplicated().any()


def test_only_the_roles_asked_for_are_looked_for(known: Portfolio) -> None:
    roles = find_roles(known, _declared(known), names=("magnet",))
    assert roles.text["c007"] == "magnet"
    assert roles.any_of(("magnet", "special")).sum() == 1
    assert not roles.any_of(()).any()


def test_nobody_in_any_role_gives_an_empty_table(known: Portfolio) -> None:
    roles = find_roles(known, _declared(known), names=())
    assert roles.text.eq("").all()
    assert roles.evidence.empty
    assert list(roles.evidence.columns) == list(COLUMNS)


def test_rows_in_another_order_give_the_same_roles(known: Portfolio) -> None:
    order = known.frame.index[::-1]
    turned = Portfolio(
        frame=known.frame.loc[order],
        money=known.money.loc[order],
        status=known.status.loc[order],
        in_key_tier=known.in_key_tier.loc[order],
        expected=known.expected.loc[order],
        referral_weight=known.referral_weight,
    )
    said = _declared(known, c007=("special", None))
    one, other = find_roles(known, said), find_roles(turned, said.loc[order])
    pd.testing.assert_series_equal(one.text, other.text.loc[one.text.index])
    pd.testing.assert_frame_equal(one.evidence, other.evidence)

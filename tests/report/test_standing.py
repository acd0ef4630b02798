"""Roles and levers in words: from the published rows, in their order, and nothing made up."""

import pandas as pd
import pytest

from segml.features import CATALOGUE
from segml.report import standing_facts, standing_lines
from segml.report.role_words import roles_sentence
from segml.report.standing import roles_facts

FEATURES = {feature.name: feature for feature in CATALOGUE}


@pytest.fixture
def roles() -> pd.DataFrame:
    columns = ["client_id", "role", "rank", "source", "strength", "measure", "value", "reference"]
    rows = [
        ("a", "magnet", 1, "found", 0.99, "brought_profit_365", 900.0, 10.0),
        ("a", "magnet", 2, "found", 0.99, "referred_clients", 4.0, 0.2),
        ("a", "magnet", 3, "found", 0.99, "brought_profit_damped", 880.0, 100.0),
        ("a", "special", 1, "declared", None, "declared", None, None),
        ("b", "advisor", 1, "found", 0.9, "ideas_365", 6.0, 0.1),
        ("b", "advisor", 2, "found", 0.9, "ideas_upheld_365", 2.0, None),
        ("c", "anchor", 1, "found", 0.1, "profit_share", 0.1, 0.02),
        ("c", "anchor", 2, "found", 0.1, "profit_prev_365", 5000.0, 900.0),
        ("d", "rising", 1, "found", 0.98, "profit_growth", 700.0, 300.0),
        ("d", "rising", 2, "found", 0.98, "orders_trend_90", 1.3, 0.9),
        ("e", "magnet", 1, "declared", None, "declared", None, None),
    ]
    table = pd.DataFrame(rows, columns=columns)
    notes = {"special": "a friend of the owner <b>", "magnet": None}
    declared = table["source"].eq("declared")
    return table.assign(note=table["role"].map(notes).where(declared, None))


@pytest.fixture
def levers() -> pd.DataFrame:
    columns = ["client_id", "direction", "rank", "lever", "feature", "value", "target", "to_tier"]
    rows = [
        ("a", "down", 1, "frequency", "orders_365", 9.0, 6.0, "tier 3"),
        ("a", "up", 2, "frequency", "orders_365", 9.0, 14.0, "tier 1"),
        ("a", "up", 1, "spend", "spend_365", 1200.0, 3400.0, "tier 1"),
    ]
    return pd.DataFrame(rows, columns=columns).assign(distance=0.4)


def _lines(roles: pd.DataFrame, levers: pd.DataFrame, client_id: str) -> list[str]:
    facts = standing_facts({"roles": roles, "levers": levers}, client_id)
    assert facts is not None
    lines = standing_lines(facts, FEATURES, "EUR")
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def test_a_client_is_told_each_role_with_its_evidence_and_both_moves(
    roles: pd.DataFrame, levers: pd.DataFrame
) -> None:
    assert _lines(roles, levers, "a") == [
        (
            "Magnet: it brought 4 clients (0.2 would be usual), with 900 EUR of profit in 365 "
            "days; its own is 10 EUR."
        ),
        "Special: declared by a person: a friend of the owner <b>.",
        (
            "It would reach tier 1 with yearly sales of 3,400 EUR (today 1,200 EUR) and a number "
            "of orders a year of 14 (today 9), all else equal."
        ),
        "It would fall to tier 3 with a number of orders a year of 6 (today 9), all else equal.",
    ]


@pytest.mark.parametrize(
    ("client_id", "line"),
    [
        (
            "b",
            "Advisor: it gave 6 ideas in 365 days (0.1 would be usual), of which we took up 2.",
        ),
        (
            "c",
            (
                "Anchor: it brings 10.00 % of all profit, brought 5,000 EUR in the year before, "
                "and orders no less regularly than half of the clients as large."
            ),
        ),
        (
            "d",
            (
                "Rising: the model expects its yearly profit to grow by 700 EUR; its orders of "
                "90 days come at 1.30× its earlier rate (0.90× is usual)."
            ),
        ),
        ("e", "Magnet: declared by a person."),
    ],
)
def test_each_role_says_what_it_was_found_by(
    roles: pd.DataFrame, levers: pd.DataFrame, client_id: str, line: str
) -> None:
    assert _lines(roles, levers, client_id) == [line]


def test_who_has_neither_roles_nor_moves_is_told_nothing(
    roles: pd.DataFrame, levers: pd.DataFrame
) -> None:
    assert _lines(roles, levers, "nobody") == []


def test_who_asks_what_would_lift_a_client_is_told_if_nothing_would(
    roles: pd.DataFrame, levers: pd.DataFrame
) -> None:
    nothing = "Nothing that clients as large come to within a year would lift it to a higher tier."
    fall = levers[levers["direction"].eq("down")]
    for moves, told in ((fall, [nothing]), (levers, [])):
        facts = standing_facts({"roles": roles.iloc[:0], "levers": moves}, "a")
        assert facts is not None
        lines = standing_lines(facts, FEATURES, "EUR", may_rise=True)
        assert [line for line in lines if line.startswith("Nothing")] == told
        assert len(lines) == 2


def test_a_run_without_the_tables_has_no_standing(roles: pd.DataFrame) -> None:
    assert standing_facts({}, "a") is None
    assert roles_facts(pd.DataFrame(), None, {}) is None
    assert roles_facts(pd.DataFrame(), roles.iloc[:0], {}) is None


def test_magnets_outside_the_key_tiers_are_named_with_what_they_brought(
    roles: pd.DataFrame,
) -> None:
    scores = pd.DataFrame(
        {
            "client_id": list("abcde"),
            "tier": ["tier 2", "tier 2", "tier 1", "tier 2", "tier 1"],
            "tier_rank": [2, 2, 1, 2, 1],
            "roles": ["magnet,special", "advisor", "anchor", "rising", "magnet"],
            "is_key": [True, False, True, False, True],
            "profit_365": [10.0, 50.0, 5000.0, 60.0, 900.0],
            "referral_profit_365": [180.0, 0.0, 0.0, 0.0, 0.0],
        }
    )
    facts = roles_facts(scores, roles, {"a": "Anna"})
    assert facts is not None
    assert [(each.role, each.clients, each.profit) for each in facts.roles] == [
        ("anchor", 1, 5000.0),
        ("rising", 1, 60.0),
        ("magnet", 2, 910.0),
        ("advisor", 1, 50.0),
        ("special", 1, 10.0),
    ]
    (quiet,) = facts.quiet_magnets
    assert facts.quiet_count == 1
    assert (quiet.name, quiet.brought_clients, quiet.brought_profit) == ("Anna", 4, 900.0)
    assert roles_sentence(facts) == (
        "1 client is a key client by role alone, outside the key tiers."
    )


@pytest.fixture
def criteria() -> pd.DataFrame:
    columns = ["client_id", "feature", "value", "points", "of_points", "to_edge"]
    rows = [
        ("a", "orders_365", 9.0, 10.25, 20.0, 2.2),
        ("a", "spend_365", 1200.0, 30.5, 60.0, -200.0),
        ("a", "tenure_days", 700.0, 5.0, 20.0, None),
        ("a", "margin_rate_365", 0.3, 0.0, 0.0, 1e-6),
        ("b", "spend_365", 9000.0, 60.0, 60.0, None),
    ]
    return pd.DataFrame(rows, columns=columns)


def test_a_rules_criteria_are_told_in_their_own_unit_the_weightiest_first(
    roles: pd.DataFrame, levers: pd.DataFrame, criteria: pd.DataFrame
) -> None:
    tables = {"roles": roles, "levers": levers, "criteria": criteria}
    facts = standing_facts(tables, "a")
    assert facts is not None
    lines = [
        line.replace("\N{NO-BREAK SPACE}", " ") for line in standing_lines(facts, FEATURES, "EUR")
    ]
    at = next(n for n, line in enumerate(lines) if "gives it 45.8 of 100 points" in line)
    spend, orders, tenure, rate = lines[at + 1 :]
    assert spend.endswith(": 1,200 EUR, 30.5 of 60.0 points; edge at 1,000 EUR.")
    assert orders.endswith(": 9, 10.2 of 20.0 points; edge at 12.")  # on to the next whole one
    assert tenure.endswith("700 days, 5.0 of 20.0 points; it alone leads to no other tier.")
    assert rate.endswith(": 30 %, 0.0 of 0.0 points; edge a little above.")


def test_without_a_rule_no_points_are_told(
    roles: pd.DataFrame, levers: pd.DataFrame, criteria: pd.DataFrame
) -> None:
    plain = standing_facts({"roles": roles, "levers": levers}, "a")
    empty = standing_facts({"roles": roles, "levers": levers, "criteria": criteria[:0]}, "a")
    assert plain == empty
    assert plain is not None
    assert not any("points" in line for line in standing_lines(plain, FEATURES, "EUR"))

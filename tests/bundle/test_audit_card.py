import dataclasses

import pytest

from segml.bundle import Bundle, card
from segml.bundle.audit_card import assumptions, skill_said
from segml.bundle.season_card import filling_said
from segml.ledger import date_of
from segml.words.plan import Economics


def test_the_card_says_what_money_assumes(bundle: Bundle) -> None:
    text = card(bundle)
    assert "## What profit means here" in text
    assert all(line in text for line in assumptions(bundle, plain=str))
    assert "an order 5, a return 10" in text


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        (Economics(margin_rate=0.35), "a margin of 35 % of its amount"),
        (Economics(), "all of its amount counts as margin"),
        (Economics(commission_rate=0.03), "commission 3 % of the amount"),
        (Economics(minute=0.8), "a minute of care 0.8"),
        (Economics(currency="GBP"), "Money is in GBP."),
    ],
)
def test_each_figure_of_the_configuration_is_named(
    bundle: Bundle, rates: Economics, said: str
) -> None:
    plan = dataclasses.replace(bundle.plan, economics=rates)
    told = " ".join(assumptions(dataclasses.replace(bundle, plan=plan), plain=str))
    assert said in told


def test_the_card_says_how_to_repeat_the_training(bundle: Bundle) -> None:
    text = card(bundle)
    assert f"segml train CONFIG --as-of {date_of(bundle.as_of)}" in text
    assert bundle.record.fingerprint in text
    assert f"seed {bundle.plan.seed}" in text


def test_skill_is_told_with_its_error_and_the_rules_it_is_held_against(bundle: Bundle) -> None:
    details = {"skill": {"value": 0.2, "low": 0.1, "high": 0.3, "clients": 1234}}
    told = " ".join(skill_said(dataclasses.replace(bundle.record.churn, details=details)))
    for said in ("save 20 %", "1,234 validated clients 10 to 30 %", "BG/NBD"):
        assert said in told, said
    assert skill_said(dataclasses.replace(bundle.record.churn, details={})) == ()


def test_a_level_that_was_moved_is_told_with_what_moved_it(bundle: Bundle) -> None:
    moved = {"seen": 0.6, "kept": -0.2, "spread": 0.03, "ahead": -0.05, "factor": 0.55}
    told = " ".join(
        filling_said(dataclasses.replace(bundle.record.potential, details={"filling": moved}))
    )
    for said in ("60 % of a year", "82 %", "strays by 3 %", "by -45 %"):
        assert said in told, said
    assert filling_said(dataclasses.replace(bundle.record.potential, details={})) == ()

"""A plan as JSON: what a bundle remembers of the configuration it was trained with.

The ledger's sources are left out: they may hold a password, and the same rows read from another
place must give the same bundle.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from segml.words.forest import ForestPlan
from segml.words.plan import (
    ChurnPlan,
    ContactRate,
    Economics,
    LedgerPlan,
    LossPlan,
    OutlookPlan,
    Plan,
    PotentialPlan,
    SourcePlan,
    TierPlan,
)

_ELSEWHERE = SourcePlan(path="(named by the configuration)")
_GROWN = ("churn", "potential")
"""The outcomes whose forests a configuration may set."""


def portable(plan: Plan) -> Plan:
    """The plan without the ledger's sources; its time zone and currency rates stay."""
    ledger = LedgerPlan(
        transactions=_ELSEWHERE,
        timezone=plan.ledger.timezone,
        duplicates=plan.ledger.duplicates,
        rates=dict(sorted(plan.ledger.rates.items())),
    )
    return dataclasses.replace(plan, ledger=ledger)


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """The portable plan as plain values.

    Parameters
    ----------
    plan
        Any plan; its sources are left out.
    """
    value = dataclasses.asdict(portable(plan))
    ledger = value["ledger"]
    value["ledger"] = {key: ledger[key] for key in ("timezone", "duplicates", "rates")}
    for outcome in _GROWN:
        value[outcome].pop("forest")
    if forests := changed_forests(plan):
        value["forests"] = forests
    return value


def changed_forests(plan: Plan) -> dict[str, dict[str, float | int | bool]]:
    """The parameters of forests that are not the defaults, by outcome; empty where all are."""
    plain = ForestPlan()
    found = {outcome: getattr(plan, outcome).forest.changed(plain) for outcome in _GROWN}
    return {outcome: changed for outcome, changed in found.items() if changed}


def plan_from_json(value: Mapping[str, Any]) -> Plan:
    """The portable plan read back; equal to the one that was written."""
    tiers = dict(value["tiers"])
    tiers["key"] = tuple(tiers["key"])
    tiers["key_roles"] = tuple(tiers["key_roles"])
    bands = tiers.get("bands", "auto")  # protocols 1 and 2 knew no bands
    tiers["bands"] = bands if bands == "auto" else tuple(bands)
    forests = {name: ForestPlan(**one) for name, one in value.get("forests", {}).items()}
    lost = dict(value["churn"])
    lost["trusted_features"] = tuple(lost.get("trusted_features", ()))  # unknown to protocol 3
    economics = dict(value["economics"])
    kinds = economics.pop("kinds", {})  # protocol 1 knew no kinds
    return Plan(
        portfolio=value["portfolio"],
        ledger=LedgerPlan(transactions=_ELSEWHERE, **value["ledger"]),
        economics=Economics(
            **economics, kinds={kind: ContactRate(**rate) for kind, rate in kinds.items()}
        ),
        tiers=TierPlan(**tiers),
        churn=ChurnPlan(**lost, forest=forests.get("churn", ForestPlan())),
        potential=PotentialPlan(
            **value["potential"], forest=forests.get("potential", ForestPlan())
        ),
        losses=LossPlan(**value["losses"]),
        outlook=OutlookPlan(  # protocols 1 to 3 knew none
            horizons=tuple(value.get("outlook", {}).get("horizons", OutlookPlan().horizons))
        ),
        seed=value["seed"],
    )

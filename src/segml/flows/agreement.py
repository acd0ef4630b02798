"""Whether a trained version and today's configuration still speak of the same money and rules."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from segml.bundle import Bundle
from segml.words.errors import ConfigurationRefused
from segml.words.plan import Plan

_OF_THE_LEDGER = ("timezone", "duplicates", "rates")
"""What of `ledger` changes days and money; the sources may move."""


def agreed(bundle: Bundle, plan: Plan) -> tuple[Bundle, list[str]]:
    """The version under today's rules of analysis, and what of its own settings differs from them.

    What a version has learnt stays as it was trained: horizons, cut-offs, how tiers are made.
    What only reads its scores follows the configuration at once: key tiers and roles, losses.

    Parameters
    ----------
    bundle
        A verified version.
    plan
        Today's configuration.

    Raises
    ------
    ConfigurationRefused
        If economics, time zone, duplicates or currency rates differ: the model's features would
        then be computed from another money than it was trained on.
    """
    trained = bundle.plan
    money = [
        *_differences("economics", trained.economics, plan.economics),
        *(
            (f"ledger.{name}", getattr(trained.ledger, name), getattr(plan.ledger, name))
            for name in _OF_THE_LEDGER
            if getattr(trained.ledger, name) != getattr(plan.ledger, name)
        ),
    ]
    if money:
        raise ConfigurationRefused(
            "the configuration changed since the model was trained: " + _listed(money),
            allowed="the values the model was trained with",
            next_step="train again and promote the new version, or put the old values back",
        )
    learnt = [
        *_differences("churn", trained.churn, plan.churn),
        *_differences("potential", trained.potential, plan.potential),
        *(
            found
            for found in _differences("tiers", trained.tiers, plan.tiers)
            if found[0] in ("tiers.scheme", "tiers.number", "tiers.bands")
        ),
    ]
    notes = (
        [f"the model keeps what it was trained with until you train again: {_listed(learnt)}"]
        if learnt
        else []
    )
    ranks = 2 if trained.tiers.number == "auto" else trained.tiers.number
    tiers = dataclasses.replace(
        trained.tiers,
        key=tuple(rank for rank in plan.tiers.key if rank <= ranks) or (1,),
        key_roles=plan.tiers.key_roles,
    )
    ruled = dataclasses.replace(trained, tiers=tiers, losses=plan.losses)
    return dataclasses.replace(bundle, plan=ruled), notes


def _differences(section: str, trained: Any, today: Any) -> Iterator[tuple[str, Any, Any]]:
    for field in dataclasses.fields(trained):
        before, now = getattr(trained, field.name), getattr(today, field.name)
        if before != now:
            yield f"{section}.{field.name.rstrip('_')}", before, now


def _listed(found: list[tuple[str, Any, Any]]) -> str:
    return ", ".join(f"`{key}` {before} there, {now} here" for key, before, now in found)

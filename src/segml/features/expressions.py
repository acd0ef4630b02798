"""Stages and what is measured on them as common table expressions of a query."""

from __future__ import annotations

from collections.abc import Iterable, Set

from segml.features.family import Measure
from segml.features.record_stages import (
    REACH_DAYS,
    RECORD_STAGES,
    TOUCHED,
    debts_sql,
)
from segml.features.stages import STAGES, Stage
from segml.ledger import Past


def stages_for(wanted: Set[str], past: Past) -> tuple[Stage, ...]:
    """The wanted stages and what they read; what a kept one reads is asked for with it."""
    needed = set(wanted)
    declared = [_seen(stage, past) for stage in (*STAGES, *RECORD_STAGES)]
    supported = [stage for stage in declared if stage.needs <= past.has]
    for stage in reversed(supported):
        if stage.name in needed and not stage.is_kept:
            needed |= set(stage.reads)
    return tuple(stage for stage in supported if stage.name in needed)


def _seen(stage: Stage, past: Past) -> Stage:
    """The stage, or the one that reads what was kept for it."""
    return TOUCHED if stage.name == TOUCHED.name and "touched" in past.has else stage


def expressions(stages: Iterable[Stage], past: Past, *, reach: int = REACH_DAYS) -> list[str]:
    """The stages as common table expressions, but for those that are kept.

    Parameters
    ----------
    stages, past
        What is asked, and of which past.
    reach
        Days before it whose events are looked at.
    """
    asked = ((one, " not materialized" if one.is_inlined else "") for one in stages)
    return [
        f"{one.name} as{how} ({stage_sql(one, past, reach=reach)})"
        for one, how in asked
        if not one.is_kept
    ]


def stage_sql(stage: Stage, past: Past, *, reach: int = REACH_DAYS) -> str:
    """The select of a stage, with what the ledger's optional columns add to it."""
    optional = "".join(sql for column, sql in stage.optional.items() if column in past.has)
    sql = stage.sql.replace("{optional}", optional).replace("{reach}", str(reach))
    return sql.replace("{debts}", debts_sql(past.economics))


def aggregates(measures: Iterable[Measure], stages: tuple[Stage, ...]) -> list[str]:
    """What is measured on each stage, as common table expressions ``of_`` + stage."""
    parts = []
    for stage in stages:
        taken = [f"{m.sql} as {m.name}" for m in measures if m.stage == stage.name]
        if not taken:
            continue
        key, group = ("client, ", " group by client") if stage.per_client else ("", "")
        parts.append(
            f"of_{stage.name} as (select {key}{', '.join(taken)} from {stage.name}{group})"
        )
    return parts


def stage_of(measure: Measure, stages: tuple[Stage, ...]) -> Stage:
    """The stage that a measure is taken on, one of those given."""
    return next(stage for stage in stages if stage.name == measure.stage)

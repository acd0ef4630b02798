"""One SQL query a snapshot: the stages, the measures a client, the features, and the money.

::

    stages -> one aggregate a stage and client -> client (attributes + measures)
           -> brought (referral profit, first generation) -> the columns of every feature
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from segml.features.family import Family, Measure
from segml.features.measures import MICRO, money
from segml.features.plan import FeaturePlan
from segml.features.record_stages import RECORD_STAGES, debts_sql
from segml.features.serving import (
    ACQUISITION_WINDOWS,
    WINDOWS,
    profit,
    profit_measures,
    serve,
    serve_measures,
)
from segml.features.stages import STAGES, Stage
from segml.ledger import Past, acquisition_sql

PREFIX = "_"
"""Columns of the answer that are no features begin with it."""

_WORD = re.compile(r"[a-z_][a-z0-9_]*")
_ATTRIBUTES = (
    "client_id, name, manager, region, industry, employees, annual_turnover, "
    "acquisition_channel, referred_by, wallet"
)

_MONEY_MEASURES = (
    *profit_measures("365"),
    *profit_measures("prev_365"),
    *serve_measures("365"),
    money("daily", "spend_365", "amount", last=365),
)
_STATUS_MEASURES = (
    Measure(stage="daily", name="row_count", sql="sum(lines)"),
    Measure(stage="gap", name="silence_days", sql="min(age)", empty="null"),
)

_STATUS = (
    "case when silence_days <= {active_days} then 'active' "
    "when row_count > 0 then 'lapsed' else 'prospect' end"
)

_EXTRAS = {
    "name": "name",
    "manager": "manager",
    "region": "region",
    "industry": "industry",
    "status": _STATUS,
    "profit_365": "profit_year",
    "profit_prev_365": profit("prev_365"),
    "revenue_365": "spend_365",
    "cost_to_serve_365": serve("365"),
    "referral_profit_365": "referral_profit_365",
}


def snapshot_sql(past: Past, families: Iterable[Family], plan: FeaturePlan) -> str:
    """The query whose answer holds every feature, money and status, one row a client.

    Parameters
    ----------
    past
        Its day, what its ledger has, and the referral weight.
    families
        The families to compute, with the columns to compute.
    plan
        The horizon and the silence after which a client has lapsed.

    Returns
    -------
    str
        SQL with the placeholders of `Past.frame`; columns `client_id`, the features, the inputs
        of estimates (``_in_`` + family + name) and the extras (``_`` + name), by client id.
    """
    families = tuple(families)
    measures = _measures_read(families)
    stages = _stages_for({measure.stage for measure in measures}, past)
    parts = [
        *(f"{stage.name} as ({_stage_sql(stage, past)})" for stage in stages),
        *_aggregates(measures, stages),
        f"client as ({_client_sql(measures, stages, past)})",
        f"valued as ({_VALUED})",
        f"brought as ({_brought_sql(past)})",
        f"subject as ({_SUBJECT})",
    ]
    sql = "with " + ",\n".join(parts) + "\n" + _select(families)
    sql = sql.replace("{season_days}", str(plan.season_days))
    return sql.replace("{active_days}", str(plan.active_days))


def _measures_read(families: tuple[Family, ...]) -> tuple[Measure, ...]:
    """The measures that a wanted column, an estimate's input or an extra reads."""
    measures = _distinct_measures(families)
    texts = (_VALUED, *_EXTRAS.values(), *(sql for family in families for sql in _read_by(family)))
    read = {word for text in texts for word in _WORD.findall(text)}
    return tuple(measure for name, measure in measures.items() if name in read)


def _read_by(family: Family) -> Iterator[str]:
    yield from (column.sql for column in family.columns)
    yield from (sql for _, sql in wanted_inputs(family))


def wanted_inputs(family: Family) -> tuple[tuple[str, str], ...]:
    """Name and SQL of what the family's estimate reads; none where nothing estimated is wanted."""
    return family.inputs if any(not column.sql for column in family.columns) else ()


def _distinct_measures(families: tuple[Family, ...]) -> dict[str, Measure]:
    """Every measure once; two families may share one, never a name for two meanings."""
    measures: dict[str, Measure] = {}
    declared = (measure for family in families for measure in family.measures)
    for measure in (*_MONEY_MEASURES, *_STATUS_MEASURES, *declared):
        if measures.setdefault(measure.name, measure) != measure:
            raise ValueError(f"two families measure `{measure.name}` differently")
    return measures


def _stages_for(wanted: set[str], past: Past) -> tuple[Stage, ...]:
    needed = set(wanted)
    supported = [stage for stage in (*STAGES, *RECORD_STAGES) if stage.needs <= past.has]
    for stage in reversed(supported):
        if stage.name in needed:
            needed |= set(stage.reads)
    return tuple(stage for stage in supported if stage.name in needed)


def _stage_sql(stage: Stage, past: Past) -> str:
    optional = "".join(sql for column, sql in stage.optional.items() if column in past.has)
    sql = stage.sql.replace("{optional}", optional)
    return sql.replace("{debts}", debts_sql(past.economics))


def _aggregates(measures: Iterable[Measure], stages: tuple[Stage, ...]) -> list[str]:
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


def _client_sql(measures: Iterable[Measure], stages: tuple[Stage, ...], past: Past) -> str:
    shares = {
        f"acquisition_{name}": acquisition_sql(past.as_of - last, past.as_of - after)
        for name in ACQUISITION_WINDOWS
        for last, after in [WINDOWS[name]]
    }
    columns = [
        "known.client",
        _ATTRIBUTES,
        "{as_of} - acquired_day as acquired_age",
        *(f"{sql} as {name}" for name, sql in shares.items()),
        *(f"coalesce({m.name}, 0) as {m.name}" if m.empty == "0" else m.name for m in measures),
    ]
    joins = "".join(
        f" left join of_{stage.name} on of_{stage.name}.client = known.client"
        if stage.per_client
        else f" cross join of_{stage.name}"
        for stage in stages
        if any(m.stage == stage.name for m in measures)
    )
    return f"select {', '.join(columns)} from {{clients}} as known{joins}"


_VALUED = f"""
    select *, {profit("365")} as profit_year from client"""


def _brought_sql(past: Past) -> str:
    weight = float(past.economics.referral_weight)
    exact = f"cast(round(profit_year * {MICRO}) as bigint)"
    return f"""
    select referred_by as client, count(*) as referred_clients,
           cast(sum({exact}) as double) / {MICRO} * {weight!r} as referral_profit_365
    from valued where referred_by is not null and referred_by <> client group by referred_by"""


_SUBJECT = """
    select valued.*, coalesce(referred_clients, 0) as referred_clients,
           coalesce(referral_profit_365, 0) as referral_profit_365
    from valued left join brought on brought.client = valued.client"""


def _select(families: tuple[Family, ...]) -> str:
    columns = ["client_id"]
    for family in families:
        columns += [f"{c.sql} as {c.feature.name}" for c in family.columns if c.sql]
        columns += [f"{sql} as {input_name(family, name)}" for name, sql in wanted_inputs(family)]
    columns += [f"{sql} as {PREFIX}{name}" for name, sql in _EXTRAS.items()]
    return "select " + ",\n  ".join(columns) + "\nfrom subject order by client_id"


def input_name(family: Family, name: str) -> str:
    """The column of the answer that holds one input of a family's estimate."""
    return f"{PREFIX}in_{family.name}_{name}"

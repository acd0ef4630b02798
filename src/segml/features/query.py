"""The SQL of a snapshot: the stages, the measures a client, the features, and the money.

::

    what is of all clients -> kept: stages such as `sold`, `whole` (measures over all rows at once),
                              `brought` (referral profit, first generation)
    of each part of them   -> stages -> one aggregate a stage and client
                           -> client (attributes + measures) -> the columns of every feature
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial

from segml.features.expressions import aggregates, expressions, stage_of, stage_sql, stages_for
from segml.features.family import Family, Measure
from segml.features.measures import MICRO, money
from segml.features.plan import FeaturePlan
from segml.features.serving import (
    ACQUISITION_WINDOWS,
    WINDOWS,
    profit,
    profit_measures,
    serve,
    serve_measures,
)
from segml.features.stages import Stage
from segml.features.windows import end, planned
from segml.ledger import Asked, Past, acquisition_sql

PREFIX = "_"
"""Columns of the answer that are no features begin with it."""

_WORD = re.compile(r"[a-z_][a-z0-9_]*")
_ATTRIBUTES = (
    "client_id, name, manager, region, industry, employees, annual_turnover, "
    "acquisition_channel, referred_by, wallet, role, role_note"
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
    "role": "role",
    "role_note": "role_note",
    "status": _STATUS,
    "profit_365": "profit_year",
    "profit_prev_365": profit("prev_365"),
    "revenue_365": "spend_365",
    "cost_to_serve_365": serve("365"),
    "referral_profit_365": "referral_profit_365",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An answer that is kept while the parts of a snapshot are asked for.

    Parameters
    ----------
    name
        What stands in braces for it in later questions.
    sql
        The question.
    of_referred
        Whether it is asked of referred clients alone; else of all.
    """

    name: str
    sql: str
    of_referred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked for a snapshot.

    Parameters
    ----------
    kept
        What is asked first, in this order, and kept.
    sql
        What is asked of each part of the clients: SQL with the placeholders of `Past.frame` and of
        what is kept; columns `client_id`, the features, the inputs of estimates (``_in_`` + family
        + name) and the extras (``_`` + name), by client id.
    """

    kept: tuple[Kept, ...]
    sql: str

    @contextmanager
    def prepared(self, past: Asked) -> Iterator[Asked]:
        """The past of which `sql` can be asked, whole or in parts, until the context is left."""
        with ExitStack() as stack:
            for one in self.kept:
                of = past.referred if one.of_referred else past
                past = stack.enter_context(past.keeping(one.name, one.sql, of=of))
            yield past


def snapshot_question(
    past: Past, families: Iterable[Family], plan: FeaturePlan, *, features_alone: bool = False
) -> Question:
    """The question whose answer holds every feature, money and status, one row a client.

    Parameters
    ----------
    past
        Its day, what its ledger has, and the referral weight.
    families
        The families to compute, with the columns to compute.
    plan
        The horizon and the silence after which a client has lapsed.
    features_alone
        Neither money nor status nor who they are: nothing is measured for those.
    """
    families = tuple(families)
    extras = {} if features_alone else _EXTRAS
    read = words_read(families, extras)
    brought = _REFERRED in past.has and bool(_OF_REFERRED & read)
    measures = measures_read(families, read)
    stages = stages_for({measure.stage for measure in measures}, past)
    kept = tuple(_kept(measures, stages, past, brought=brought))
    asked = [m for m in measures if stage_of(m, stages).per_client]
    needed = stages_for({measure.stage for measure in asked}, past)
    parts = [
        *expressions(needed, past),
        *aggregates(asked, needed),
        f"client as ({_client_sql(measures, stages, past)})",
        f"valued as ({_VALUED})",
        f"subject as ({_subject_sql(brought=brought)})",
    ]
    sql = "with " + ",\n".join(parts) + "\n" + _select(families, extras)
    fill = partial(planned, plan=plan, as_of=past.as_of)
    return Question(kept=tuple(replace(one, sql=fill(one.sql)) for one in kept), sql=fill(sql))


def _kept(
    measures: tuple[Measure, ...], stages: tuple[Stage, ...], past: Past, *, brought: bool
) -> Iterator[Kept]:
    """What is of all clients alike, each after what it reads."""
    for stage in stages:
        if stage.is_kept:
            reads = expressions(stages_for(set(stage.reads), past), past)
            with_reads = "with " + ",\n".join(reads) if reads else ""
            yield Kept(name=stage.name, sql=with_reads + stage_sql(stage, past))
    over_all = [m for m in measures if not stage_of(m, stages).per_client]
    if over_all:
        read = stages_for({measure.stage for measure in over_all}, past)
        parts = ",\n".join([*expressions(read, past), *aggregates(over_all, read)])
        named = dict.fromkeys(f"of_{measure.stage}" for measure in over_all)
        yield Kept(name="whole", sql=f"with {parts}\nselect * from {' cross join '.join(named)}")
    if brought:
        yield Kept(name="brought", sql=_brought_sql(past), of_referred=True)


def words_read(
    families: tuple[Family, ...], extras: Mapping[str, str] | None = None
) -> frozenset[str]:
    """The words, names of measures among them, in what a wanted column, an input or extra reads."""
    texts = (
        _VALUED,
        *(extras or {}).values(),
        *(sql for family in families for sql in _read_by(family)),
    )
    return frozenset(word for text in texts for word in _WORD.findall(text))


def _read_by(family: Family) -> Iterator[str]:
    yield from (column.sql for column in family.columns)
    yield from (sql for _, sql in wanted_inputs(family))


def wanted_inputs(family: Family) -> tuple[tuple[str, str], ...]:
    """Name and SQL of what the family's estimate reads; none where nothing estimated is wanted."""
    return family.inputs if any(not column.sql for column in family.columns) else ()


def measures_read(families: tuple[Family, ...], read: frozenset[str]) -> tuple[Measure, ...]:
    """The measures, each once, whose names are among the words read."""
    return tuple(m for name, m in _distinct_measures(families).items() if name in read)


def _distinct_measures(families: tuple[Family, ...]) -> dict[str, Measure]:
    """Every measure once; two families may share one, never a name for two meanings."""
    measures: dict[str, Measure] = {}
    declared = (measure for family in families for measure in family.measures)
    for measure in (*_MONEY_MEASURES, *_STATUS_MEASURES, *declared):
        if measures.setdefault(measure.name, measure) != measure:
            raise ValueError(f"two families measure `{measure.name}` differently")
    return measures


def _client_sql(measures: Iterable[Measure], stages: tuple[Stage, ...], past: Past) -> str:
    shares = {
        f"acquisition_{name}": acquisition_sql(
            f"{{as_of}} - {end(last)}", f"{{as_of}} - {end(after)}"
        )
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
    alone = {m.stage for m in measures if stage_of(m, stages).per_client}
    joins = [f" left join of_{name} on of_{name}.client = known.client" for name in sorted(alone)]
    if any(not stage_of(m, stages).per_client for m in measures):
        joins.append(" cross join {whole}")
    return f"select {', '.join(columns)} from {{clients}} as known{''.join(joins)}"


_VALUED = f"""
    select *, {profit("365")} as profit_year from client"""


def _brought_sql(past: Past) -> str:
    measures = profit_measures("365")
    stages = stages_for({measure.stage for measure in measures}, past)
    parts = [
        *expressions(stages, past),
        *aggregates(measures, stages),
        f"client as ({_client_sql(measures, stages, past)})",
        f"valued as ({_VALUED})",
    ]
    weight = float(past.economics.referral_weight)
    exact = f"cast(round(profit_year * {MICRO}) as bigint)"
    return f"""
    with {", ".join(parts)}
    select referred_by as client, count(*) as referred_clients,
           cast(sum({exact}) as double) / {MICRO} * {weight!r} as referral_profit_365
    from valued where referred_by is not null and referred_by <> client group by referred_by"""


_REFERRED = "clients.referred_by"
_OF_REFERRED = frozenset({"referred_clients", "referral_profit_365"})


def _subject_sql(*, brought: bool) -> str:
    if not brought:
        return """
    select *, 0 as referred_clients, cast(0 as double) as referral_profit_365 from valued"""
    return """
    select valued.*, coalesce(referred_clients, 0) as referred_clients,
           coalesce(referral_profit_365, 0) as referral_profit_365
    from valued left join {brought} as brought on brought.client = valued.client"""


def _select(families: tuple[Family, ...], extras: Mapping[str, str]) -> str:
    columns = ["client_id"]
    for family in families:
        columns += [f"{c.sql} as {c.feature.name}" for c in family.columns if c.sql]
        columns += [f"{sql} as {input_name(family, name)}" for name, sql in wanted_inputs(family)]
    columns += [f"{sql} as {PREFIX}{name}" for name, sql in extras.items()]
    return "select " + ",\n  ".join(columns) + "\nfrom subject order by client_id"


def input_name(family: Family, name: str) -> str:
    """The column of the answer that holds one input of a family's estimate."""
    return f"{PREFIX}in_{family.name}_{name}"

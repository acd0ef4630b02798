"""How far what is told of company events can be trusted, where their effect is known.

For each of six seeds a made world, in which events stand that harm and events that do not, as the
world's truth tells. More are made: `placebo` events of random days and scopes, which nothing comes
of, and, in a copy of the ledger, `planted` ones. A planted event hits clients that it reached by
chance, in proportion to their exposure; from some day of the four months after it on, half of
those hit have no row any more, the others a seventh of their orders.

The effect is known of planted events exactly, by the same ledger with and without the hits; of the
world's harmful ones by who was lost through them (`truth/losses.parquet`), less how often clients
that never were lost look it. `idle` are placebos and, for losses, the world's events that harm
nobody. `covers`: the 95 % interval holds the effect. `called`: the verdict is `worse` or `better`,
p adjusted over all events and outcomes. `another event beside`: one that reached mostly the same
clients at the time, which the table names (`beside`): the interval is of both.

SEGML_BENCH_WORLDS=<number> takes fewer worlds.
"""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import segml
from benchmarks.result import Result
from benchmarks.worlds import TABLES, configured
from segml.ledger import day_of, open_ledger
from segml.losses.books import open_books
from segml.losses.impact import SIGNIFICANT, estimates, study_of, told_of
from segml.losses.impact_reach import EXPOSED
from segml.losses.impact_study import Estimate, Study
from segml.losses.impact_weeks import WATCH, YEAR

FIRST_SEED, WORLDS, CLIENTS, MONTHS = 711, 6, 6000, 36
GIVEN = "SEGML_BENCH_WORLDS"
PLACEBOS, PLANTED = 8, 10
WITHIN_DAYS, LEFT_OVER = 120, 1 / 7
HITS = (0.04, 0.08, 0.16, 0.3)
"""Chances of a client that is exposed with all it buys to be hit."""
COVERS, CALLED = 0.90, 0.06


@dataclass(frozen=True, kw_only=True)
class _Case:
    """One estimate beside the truth; `kind` is `planted`, `harmful` or `idle`."""

    kind: str
    outcome: str
    scope: str
    found: Estimate
    verdict: str
    p_adjusted: float
    truth: float

    @property
    def is_raw(self) -> bool:
        return self.found.p < SIGNIFICANT

    @property
    def is_sure(self) -> bool:
        return self.p_adjusted < SIGNIFICANT

    @property
    def covers(self) -> bool:
        return self.found.low <= self.truth <= self.found.high

    @property
    def called(self) -> bool:
        return self.verdict in ("worse", "better")


def impact() -> Iterator[Result]:
    """Coverage of effects that are known, and false alarms of events that had none."""
    cases: list[_Case] = []
    for seed in range(FIRST_SEED, FIRST_SEED + int(os.environ.get(GIVEN, str(WORLDS)))):
        with tempfile.TemporaryDirectory() as scratch:
            found = list(_world(Path(scratch), seed))
        cases += found
        yield Result(f"seed {seed}: estimates", str(len(found)))
    for kind, outcome in (("planted", "lost"), ("planted", "profit"), ("harmful", "lost")):
        mine = [c for c in cases if (c.kind, c.outcome) == (kind, outcome)]
        yield from _shown(f"{kind}, {outcome}", mine)
    known = [c for c in cases if c.kind != "idle"]
    apart = [c for c in known if c.found.same is None]
    yield Result("effect known: estimates", float(len(known)))
    yield Result("effect known: covers", _share(known, "covers"), least=COVERS)
    yield Result("effect known, no event beside: estimates", float(len(apart)))
    yield Result("effect known, no event beside: covers", _share(apart, "covers"))
    yield Result(
        "effect known, another event beside: covers",
        _share([c for c in known if c.found.same is not None], "covers"),
    )
    idle = [c for c in cases if c.kind == "idle"]
    yield Result("no effect: estimates", float(len(idle)))
    yield Result("no effect: covers", _share(idle, "covers"))
    yield Result("no effect: p below 0.05, not adjusted", _share(idle, "is_raw"))
    yield Result("no effect: p below 0.05, adjusted, whatever the verdict", _share(idle, "is_sure"))
    yield Result("no effect: called", _share(idle, "called"), most=CALLED)


def _shown(label: str, cases: Sequence[_Case]) -> Iterator[Result]:
    yield Result(f"{label}: estimates", float(len(cases)))
    yield Result(f"{label}: covers", _share(cases, "covers"))
    yield Result(f"{label}: called", _share(cases, "called"))
    large = [c for c in cases if abs(c.truth) > c.found.high - c.found.effect]
    yield Result(f"{label}: effects beyond their interval's half width", float(len(large)))
    yield Result(f"{label}: of these p below 0.05, adjusted", _share(large, "is_sure"))
    if cases:
        error = float(np.mean([c.found.effect - c.truth for c in cases]))
        yield Result(f"{label}: mean effect", float(np.mean([c.truth for c in cases])))
        yield Result(f"{label}: mean error", error)


def _share(cases: Sequence[_Case], name: str) -> float:
    return float(np.mean([getattr(case, name) for case in cases])) if cases else float("nan")


def _world(folder: Path, seed: int) -> Iterator[_Case]:
    made = segml.write_world(folder / "world", clients=CLIENTS, months=MONTHS, seed=seed)
    raw = {name: pd.read_parquet(folder / "world" / "ledger" / name) for name in TABLES}
    draws = np.random.default_rng(seed)
    events = _made_events(raw, draws)
    raw["events"] = pd.concat([raw["events"], events], ignore_index=True)
    truth = pd.read_parquet(folder / "world" / "truth" / "losses.parquet")
    calm = _studied(made.config, raw, folder / "calm")
    told = pd.read_parquet(folder / "world" / "truth" / "events.parquet")
    harmful = frozenset(told.loc[~told["is_decoy"], "event_id"])
    yield from _judged(calm, _truths_of_the_world(calm, truth, harmful))
    planted = [each for each in calm.reach.happenings if each.event_ids[0].startswith("planted")]
    hit = _hits(calm, [calm.reach.happenings.index(each) for each in planted], draws)
    hurt = _studied(made.config, _without(raw, hit, draws), folder / "hurt")
    yield from _judged(hurt, _truths_of_the_hits(calm, hurt, hit))


def _made_events(raw: Mapping[str, pd.DataFrame], draws: np.random.Generator) -> pd.DataFrame:
    """Events of random days and scopes: `placebo-…`, and those that hits will be planted on."""
    first, last = raw["transactions"]["date"].min(), raw["transactions"]["date"].max()
    span = (last - first).days
    clients, lines = raw["clients"], raw["transactions"]
    rows: list[dict[str, object]] = []
    used: dict[str, set[str]] = defaultdict(set)
    for number in range(PLACEBOS + PLANTED):
        name = f"planted-{number}" if number >= PLACEBOS else f"placebo-{number}"
        day = first + pd.Timedelta(days=int(draws.integers(370, span - 280)))
        scope = ("region", "industry", "category", "product")[int(draws.integers(4))]
        told = clients[scope] if scope in clients else lines["category"]
        fresh = sorted({*told.dropna()} - used[scope]) or sorted({*told.dropna()})
        value = draws.choice(fresh)
        used[scope].add(value)
        values = [value]
        if scope == "product":
            goods = sorted(lines.loc[lines["category"] == value, "product"].unique())
            values = sorted(draws.choice(goods, size=max(1, len(goods) // 2), replace=False))
        rows += [
            {
                "event_id": f"{name}-{place}",
                "date": day,
                "kind": "policy_change",
                "scope": scope,
                "scope_value": each,
            }
            for place, each in enumerate(values)
        ]
    return pd.DataFrame(rows)


def _studied(config: Path, raw: Mapping[str, pd.DataFrame], folder: Path) -> Study:
    """The study of the tables, written as a ledger of their own."""
    paths = {}
    for name, table in raw.items():
        (folder / name).mkdir(parents=True)
        table.to_parquet(folder / name / "part.parquet")
        paths[name] = str(folder / name / "*.parquet")
    settings = segml.read_settings(configured(config, paths, folder / "segml.yaml"))
    about = raw["clients"].set_index("client_id")[["region", "industry", "manager", "employees"]]
    with open_ledger(settings.plan.ledger, settings.plan.economics) as ledger:
        end = ledger.last_day + 1
        known = sorted(about.index)
        books = open_books(
            ledger,
            known,
            known=known,
            start=end - YEAR * 7,
            end=end,
            shrunk_below=settings.plan.losses.shrunk_below,
            seed=settings.plan.seed,
        )
        return study_of(ledger, books, about, known=known, end=end)


def _judged(study: Study, truths: Mapping[tuple[str, str], tuple[str, float]]) -> Iterator[_Case]:
    """The estimates whose truth is known."""
    found = list(estimates(study))
    verdicts = told_of(study, found).set_index(["event_id", "outcome"])
    for number, outcome, each in found:
        own = study.reach.happenings[number]
        known = truths.get((own.event_ids[0], outcome))
        if known is not None and isinstance(each, Estimate):
            yield _Case(
                kind=known[0],
                outcome=outcome,
                scope=own.scope,
                found=each,
                verdict=str(verdicts.loc[(own.event_ids[0], outcome), "verdict"]),
                p_adjusted=float(verdicts.loc[(own.event_ids[0], outcome), "p_adjusted"]),
                truth=known[1],
            )


def _truths_of_the_world(
    study: Study, losses: pd.DataFrame, harmful: Set[str]
) -> dict[tuple[str, str], tuple[str, float]]:
    """By event and outcome: whether it harms, and what it did to the exposed, on average.

    Of a client lost through the event the truth knows that it would not have been lost then; it
    would have looked lost all the same as often as clients that never were do.
    """
    onset, through = _of_clients(study, losses)
    truths: dict[tuple[str, str], tuple[str, float]] = {}
    for number, each in enumerate(study.reach.happenings):
        name = each.event_ids[0]
        if not harmful & {*each.event_ids}:
            truths[name, "lost"] = ("idle", 0.0)
            # what harms nobody may all the same earn: prices that rise, goods that are gone
            if name.startswith(("placebo", "planted")):
                truths[name, "profit"] = ("idle", 0.0)
            continue
        week = study.weeks.after(each.day)
        if week < YEAR or week + WATCH > study.weeks.count:
            continue
        could = study.weeks.could_be_lost(week)
        looks = study.weeks.lost(week, study.below).astype(float)
        usually = looks[could & np.isinf(onset)].mean()
        exposed = could & (study.reach.dose(number) >= EXPOSED)
        change = np.where(np.isin(through, each.event_ids), looks - usually, 0.0)
        truths[name, "lost"] = ("harmful", float(change[exposed].mean()) if exposed.any() else 0.0)
    return truths


def _of_clients(study: Study, losses: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """(c,) day of the true onset, infinite for none; (c,) the event it came through, or empty."""
    told = losses.set_index("client_id").reindex(list(study.weeks.clients))
    days = [np.inf if pd.isna(day) else float(day_of(day)) for day in told["onset"]]
    return np.array(days), told["event_id"].astype(object).fillna("").to_numpy(dtype=str)


def _hits(study: Study, planted: Sequence[int], draws: np.random.Generator) -> pd.DataFrame:
    """Who was hit, by which event, and on which day: one row a client, at most one hit each."""
    rows = []
    for number in planted:
        each, dose = study.reach.happenings[number], study.reach.dose(number)
        chance = draws.choice(HITS) * dose
        for row in np.flatnonzero(draws.random(len(dose)) < chance):
            day = each.day + 1 + int(draws.integers(WITHIN_DAYS))
            rows.append((row, study.weeks.clients[row], each.event_ids[0], day))
    told = pd.DataFrame(rows, columns=["row", "client_id", "event_id", "day"])
    told["leaves"] = draws.random(len(told)) < 0.5
    return told.sort_values("day", kind="stable").drop_duplicates("client_id")


def _without(
    raw: Mapping[str, pd.DataFrame], hit: pd.DataFrame, draws: np.random.Generator
) -> dict[str, pd.DataFrame]:
    """The tables without what those hit would have done afterwards."""
    told = hit.set_index("client_id")
    left = dict(raw)
    columns = {"transactions": "date", "interactions": "date", "invoices": "issued_on"}
    for name, column in columns.items():
        table = raw[name]
        since = table["client_id"].map(told["day"])
        day = (pd.to_datetime(table[column]) - pd.Timestamp(0)).dt.days
        gone = (day >= since).to_numpy(copy=True)
        if name == "transactions":
            orders = table["order_id"].drop_duplicates()
            stays = pd.Series(draws.random(len(orders)) < LEFT_OVER, index=orders)
            kept = stays.reindex(table["order_id"]).to_numpy()
            fades = table["client_id"].isin(told.index[~told["leaves"]]).to_numpy()
            gone &= ~(fades & kept)
        left[name] = table[~gone].reset_index(drop=True)
    return left


def _truths_of_the_hits(
    calm: Study, hurt: Study, hit: pd.DataFrame
) -> dict[tuple[str, str], tuple[str, float]]:
    """By planted event and outcome: what the hits changed for the exposed, on average."""
    truths = {}
    for number, each in enumerate(hurt.reach.happenings):
        mine = np.zeros(hurt.reach.clients, dtype=bool)
        mine[hit.loc[hit["event_id"] == each.event_ids[0], "row"]] = True
        if not mine.any():
            continue
        week = hurt.weeks.after(each.day)
        exposed = hurt.reach.dose(number) >= EXPOSED
        lost = [study.weeks.lost(week, study.below).astype(float) for study in (hurt, calm)]
        earned = [study.weeks.earned(week, week + WATCH) for study in (hurt, calm)]
        could = exposed & hurt.weeks.could_be_lost(week)
        old = exposed & (hurt.weeks.ordered(week - YEAR, week) > 0)
        old &= hurt.weeks.first <= week - YEAR
        for outcome, (now, else_), among, times in (
            ("lost", lost, could, 1.0),
            ("profit", earned, old, YEAR / WATCH),
        ):
            change = np.where(mine, now - else_, 0.0)[among]
            truths[each.event_ids[0], outcome] = ("planted", times * float(change.mean()))
    return truths

"""A version becomes champion, if it holds the gate's reasons or somebody answers for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from segml.bundle import Bundle
from segml.evaluation import Contest, Verdict, hold_contest, judge
from segml.flows.agreement import agreed
from segml.flows.result import Progress, Result, silent
from segml.flows.session import Session, opened, registry_of, session
from segml.flows.settings import Settings, read_settings
from segml.flows.versions import listed, mirror, require_reason
from segml.ledger import date_of
from segml.report import verdict_line
from segml.stores import Registry, load_version
from segml.words.errors import ConfigurationRefused, HistoryTooShort, PromotionRefused


@dataclass(frozen=True, kw_only=True)
class Promoted(Result):
    """The versions after a promotion, and what the gate said; no verdicts where none was asked."""

    verdicts: tuple[Verdict, ...]


def promote(
    config: str | Path | Settings,
    version: str,
    *,
    because: str | None = None,
    progress: Progress = silent,
) -> Promoted:
    """The versions after making one of them champion; its files are verified and it is judged.

    Parameters
    ----------
    config
        A configuration's path, or the settings.
    version
        A version's name.
    because
        Why it is to be champion whatever the gate says; kept in the registry's trail. None: the
        gate decides.
    progress
        Told of each step of the judgement.

    Raises
    ------
    ConfigurationRefused
        If there is no such version, it was trained with other money than the configuration names,
        or the reason is empty or too long.
    BundleRefused
        If its files are not what the registry says.
    PromotionRefused
        If a reason of the gate is not held, or the ledger is too short to judge; the registry's
        trail says so.
    """
    settings = read_settings(config)
    require_reason(because)
    with session(settings, f"segml promote {version}") as run:
        registry = registry_of(settings)
        challenger = load_version(registry, registry.get(version))
        if registry.champion().version == version:
            found = listed(settings, registry)
            already = f"{version} is the champion already: nothing was changed or judged"
            return Promoted(summary=found.summary, told=(already, *found.told), verdicts=())
        judged = _judged(run, registry, challenger, progress)
        _decide(run, registry, version, judged, because)
        mirror(settings, registry)
        found = listed(settings, registry)
    gate = [{"reason": one.reason, "passed": one.passed, **one.figures} for one in judged.verdicts]
    return Promoted(
        summary={**found.summary, "gate": gate, "gate_lines": list(judged.lines)},
        told=(*judged.lines, *found.told),
        verdicts=judged.verdicts,
    )


@dataclass(frozen=True, kw_only=True)
class _Judged:
    """What the gate says: its verdicts, why it refuses (empty if it does not), all of its lines."""

    verdicts: tuple[Verdict, ...]
    refused: tuple[str, ...]
    lines: tuple[str, ...]


def _judged(run: Session, registry: Registry, challenger: Bundle, progress: Progress) -> _Judged:
    challenger, _ = agreed(challenger, run.settings.plan)
    champion, notes = _comparable(registry, run)
    with opened(run) as ledger:
        try:
            contest = hold_contest(ledger, challenger, champion, progress=progress)
        except HistoryTooShort as short:
            said = (f"it cannot be judged: {short.found}",)
            return _Judged(verdicts=(), refused=said, lines=said)
    verdicts = judge(contest, run.settings.gate)
    return _Judged(
        verdicts=verdicts,
        refused=tuple(verdict_line(one) for one in verdicts if not one.passed),
        lines=(*map(verdict_line, verdicts), _head(contest), *notes, *contest.notes),
    )


def _comparable(registry: Registry, run: Session) -> tuple[Bundle | None, list[str]]:
    """The champion, or None with the reason where its money is not today's."""
    champion = load_version(registry, registry.champion())
    try:
        return agreed(champion, run.settings.plan)[0], []
    except ConfigurationRefused as refusal:
        return None, [f"not compared with the champion: {refusal.found}"]


def _head(contest: Contest) -> str:
    return (
        f"judged by {len(contest.lost):,} clients active on {date_of(contest.day)}, of whom "
        f"{int(contest.lost.sum()):,} bought nothing in the horizon"
    )


def _decide(
    run: Session, registry: Registry, version: str, judged: _Judged, because: str | None
) -> None:
    if judged.refused and because is None:
        why = "; ".join(judged.refused)
        registry.refuse(version, at=run.started, note=why)
        raise PromotionRefused(
            f"version {version} does not pass the gate: {why}",
            allowed="a version that holds every reason of the gate",
            next_step="train on more or better data, or promote it all the same with "
            "`--because` and your reason, which the registry keeps",
        )
    answered = [] if because is None else [f"promoted because: {because.strip()}"]
    registry.promote(version, at=run.started, note="; ".join([*answered, *judged.lines]))

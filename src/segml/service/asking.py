"""What if: a reader's question about one client, asked of the version that scored the run.

The version is loaded as at night, after every digest was compared with the registry's. A question
is taken only where that version gives the published scores of today back: with another one, or
with features of another making, an answer would not be what the night gives.
"""

from __future__ import annotations

import logging
import math
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from segml import scoring
from segml.report.pages import (
    LeverAsked,
    RefusedValue,
    WhatIfFacts,
    answered,
    fault_of,
    levers_asked,
    scale_of,
)
from segml.service.desk import Desk
from segml.stores import Memory, Registry, load_version
from segml.words.errors import NoModel
from segml.words.site import Site

if TYPE_CHECKING:
    from segml.scoring import LeverRanges, WhatIf

_LOG = logging.getLogger(__name__)
IDLE_SECONDS = 300.0
"""How long a version that nobody asks of is kept: it takes as much memory as all other pages."""
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One client's question: what is asked of, its facts, the values that were refused."""

    what_if: WhatIf
    facts: WhatIfFacts
    refused: tuple[RefusedValue, ...]

    def answer(self) -> WhatIfFacts:
        """The facts, with the answer where something was asked and nothing refused."""
        asked = {each.lever: each.asked for each in self.facts.moved if each.asked is not None}
        if self.refused or not asked:
            return self.facts
        return answered(self.facts, self.what_if.ask(asked))


class Trained:
    """The versions that questions are asked of, kept while somebody asks.

    Parameters
    ----------
    clock
        Gives seconds; it never goes back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept, self._clock = Memory(4), clock
        self._asked = clock()

    def let_go(self, *, idle: float = IDLE_SECONDS) -> bool:
        """Keep no version that nobody asked of for some seconds; whether one was let go."""
        if not self._kept.values() or self._clock() - self._asked < idle:
            return False
        self._kept.forget()
        return True

    def what_if(self, desk: Desk, client_id: str) -> WhatIf | None:
        """One client before the version that scored it; None where it cannot be asked.

        Raises
        ------
        Unseen
            If the client may not be seen.
        BundleRefused
            If the registry or a file of the version is not as segml wrote it.
        """
        held, self._asked = desk.held, self._clock()
        if desk.row(client_id)["status"] != "active":
            return None
        rows = desk.frames_of(held.scores, ("scores", "features"), client_id)
        if "features" not in rows or rows["features"].empty:
            return None
        version = str(held.scores.run["model_version"])

        try:
            nobody = self._kept.recall(("version", version), lambda: _loaded(desk.site, version))
        except NoModel:
            _LOG.warning("version %s is no longer there to be asked", version)
            return None
        published = {str(name): each for name, each in rows["scores"].iloc[0].items()}
        previous = published["previous_tier"]
        found = scoring.WhatIf(
            bundle=nobody.bundle,
            client=rows["features"].set_index("client_id"),
            previous=previous if isinstance(previous, str) else None,
        )
        if found.holds(published["tier"], published["tier_margin"]):
            return found
        _LOG.warning("version %s does not give its own tiers back", version)
        return None

    def ranges(self, desk: Desk, what_if: WhatIf) -> LeverRanges:
        """How far levers may be moved, by the active clients of the run that is held."""
        shelf = desk.held.scores

        def work() -> LeverRanges:
            columns = scoring.lever_columns(what_if.bundle)
            features, scores = shelf.table("features", columns), shelf.table("scores", ("status",))
            assert features is not None
            assert scores is not None
            return scoring.ranges_of(
                what_if.bundle, features[scores["status"].eq("active").to_numpy()]
            )

        return self._kept.recall(("ranges", shelf.stamp, shelf.run["model_version"]), work)


def _loaded(site: Site, name: str) -> WhatIf:
    """The verified version of that name, before no client yet.

    Raises
    ------
    NoModel
        If somebody took it away.
    BundleRefused
        If the registry or a file of it is not as segml wrote it.
    """
    registry = Registry(site.models, site.portfolio)
    known = {each.version: each for each in registry.versions.versions}
    if name not in known or not (registry.folder / name).exists():
        raise NoModel(
            f"version `{name}` was taken away",
            allowed="a version that stands",
            next_step="restore it from a copy",
        )
    bundle = load_version(registry, known[name])
    return scoring.WhatIf(bundle=bundle, client=pd.DataFrame(), previous=None)


def question_of(
    desk: Desk, trained: Trained, client_id: str, typed: Mapping[str, str], *, by_hand: bool
) -> Question | None:
    """A reader's question about a client; None where it cannot be asked.

    Parameters
    ----------
    desk
        Of the reader.
    trained
        The versions.
    client_id
        Whose.
    typed
        Lever to what was typed; empty or absent: it stays as it is.
    by_hand
        Whether a person typed it: shares in per cent.

    Raises
    ------
    Unseen
        If the client may not be seen.
    """
    what_if = trained.what_if(desk, client_id)
    if what_if is None:
        return None
    asked: dict[str, float] = {}
    for each in what_if.levers:
        value = _number(typed.get(each.lever, ""))
        if value is not None:
            scale = scale_of(each.feature, desk.site.features) if by_hand else 1.0
            asked[each.lever] = value / scale
    limits = what_if.limits(trained.ranges(desk, what_if), asked)
    levers = levers_asked(what_if.levers, limits, asked)
    facts = WhatIfFacts(levers=levers, before=what_if.ask({}), after=None)
    return Question(what_if=what_if, facts=facts, refused=tuple(_refused(facts, typed)))


def _refused(facts: WhatIfFacts, typed: Mapping[str, str]) -> list[RefusedValue]:
    found = []
    for lever in facts.levers:
        text = typed.get(lever.lever, "").strip()
        fault = _fault(lever) if lever.asked is not None else "number" if text else None
        if fault is not None:
            found.append(RefusedValue(lever=lever, typed=text, fault=fault))
    return found


def _fault(lever: LeverAsked) -> str | None:
    assert lever.asked is not None
    return fault_of(lever, lever.asked)


def _number(text: str) -> float | None:
    """What was typed as a finite number; None where it is none."""
    told = text.strip()
    value = float(told) if NUMBER.fullmatch(told) else math.nan
    return value if math.isfinite(value) else None

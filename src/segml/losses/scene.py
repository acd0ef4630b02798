"""The two dates of an analysis: snapshots, no day's taken twice, and where every client stood."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from segml.bundle import Bundle
from segml.features import Snapshot, snapshot, snapshots
from segml.ledger import Ledger
from segml.losses.key_clients import churn_chance, high_risk_line, standing
from segml.scoring import replay


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """What is looked at, and between which dates.

    Parameters
    ----------
    ledger, bundle
        The ledger, and the model for both dates.
    start, end
        Days.
    """

    ledger: Ledger
    bundle: Bundle
    start: int
    end: int
    _snapshots: dict[int, Snapshot] = field(default_factory=dict, repr=False)
    _chances: dict[int, pd.Series] = field(default_factory=dict, repr=False)

    def prepare(self, days: Iterable[int]) -> None:
        """Make the snapshots of days that are about to be asked for, side by side."""
        missing = sorted({*days} - {*self._snapshots})
        made = snapshots(self.ledger, missing, self.bundle.features)
        self._snapshots.update(zip(missing, made, strict=True))

    def snapshot(self, day: int) -> Snapshot:
        """The snapshot of a day."""
        if day not in self._snapshots:
            self._snapshots[day] = snapshot(self.ledger.past(day), self.bundle.features)
        return self._snapshots[day]

    def chances(self, day: int) -> pd.Series:
        """Every client's probability of churn on a day; missing where not active."""
        if day not in self._chances:
            self._chances[day] = churn_chance(self.bundle, self.snapshot(day))
        return self._chances[day]

    @cached_property
    def before(self) -> pd.DataFrame:
        """Where every client stood at the earlier date."""
        return self._standing(self.start)

    @cached_property
    def after(self) -> pd.DataFrame:
        """Where every client stands at the later date."""
        return self._standing(self.end)

    def _standing(self, day: int) -> pd.DataFrame:
        held = replay(self.bundle, self.ledger, day)
        return standing(self.bundle, self.snapshot(day), held)

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Ids of the key clients at the earlier date that were active then."""
        return self.key_at(self.start)

    def key_at(self, day: int) -> tuple[str, ...]:
        """Ids of the key clients on a day that were active then."""
        stood = self.before if day == self.start else self._standing(day)
        chosen = stood["is_key"] & stood["is_active"]
        return tuple(str(client_id) for client_id in stood.index[chosen])

    def high_risk(self, day: int, peers: Sequence[str]) -> float:
        """The probability of churn that the riskiest tenth of some clients exceeded on a day."""
        return high_risk_line(self.chances(day).reindex(list(peers)))

"""The `strategic` scheme: spend bands, frequency, margin, years, continuity, size, growth, room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from segml.tiers.criteria import Criterion, RuleCriterion
from segml.tiers.margin import NO_TIER
from segml.tiers.rule import Rule
from segml.tiers.rules import RuleTiers, banded

Array = npt.NDArray[np.float64]
Bands = Literal["auto"] | Sequence[float]

EXPECTED_CLIENTS: Mapping[tuple[str, ...], tuple[float, float]] = {
    ("vip",): (0.05, 0.10),
    ("important",): (0.15, 0.20),
    ("ordinary",): (0.40, 0.50),
    ("potential", "small"): (0.20, 0.30),
}
"""The shares of clients that the scheme expects of tiers taken together, top first."""
EXPECTED_PROFIT: Mapping[tuple[str, ...], tuple[float, float]] = {
    ("vip",): (0.50, 1.00),
    ("important",): (0.20, 0.30),
    ("ordinary",): (0.15, 0.20),
}
"""The shares of profit that it expects of the same."""
QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
_ROOM = 0.5
"""The height of room from which a client of the last band is `potential`."""


class StrategicTiers(RuleTiers):
    """Tiers vip, important, ordinary, potential, small, by eight criteria (see `RuleTiers`).

    Each criterion stands at 1/4, 1/2, 3/4 where it is what the scheme asks of an ordinary, an
    important, a vip client: yearly spend at its bands, one year, three and five, and so on;
    what has no scale of its own is held against the portfolio. Spend weighs most; continuity and
    growth, which move by chance from month to month, a third of what orders and years do or less.

    *Bands.* With fixed bands of yearly spend the score's edges are 25, 50 and 75 points: what a
    client has that just meets every criterion. With `auto` the spend bands and the edges are put
    where the clients part in the expected shares: each share at the middle of its range.

    *Room.* A client below `ordinary` is `potential` if its wallet reaches the spend band of
    `important`, else `small`. Room is the wallet and not the share of it that is spent elsewhere,
    for that share falls as the client buys more, and buying more must not lower a tier. Where no
    wallet is known the last tier is `small` for all.

    Parameters
    ----------
    bands
        `auto`, or the yearly spend at which vip, important and ordinary begin.
    columns, hysteresis, min_per_tier
        As for `RuleTiers`.

    Examples
    --------
    >>> spend = np.linspace(0, 2e6, 100)
    >>> tiers = StrategicTiers(columns=["profit_365", "spend_365"], bands=(1e6, 5e5, 1e5))
    >>> found = tiers.fit(np.column_stack([spend / 5, spend])).predict([[1, 1e6], [1, 4e5], [9, 0]])
    >>> [tiers.names_[rank] for rank in found]
    ['vip', 'ordinary', 'small']
    """

    scheme = "strategic"
    tier_names = ("vip", "important", "ordinary", "potential", "small")
    edges = (75.0, 50.0, 25.0)
    criteria = (
        RuleCriterion(features=("spend_365",), weight=0.3, scale="spend", heights=QUARTERS),
        RuleCriterion(
            features=("orders_365",),
            weight=0.16,
            scale="quantile",
            at=(0.0, 0.30, 0.75, 0.925, 0.99),
            heights=QUARTERS,
        ),
        RuleCriterion(
            features=("margin_rate_365",),
            weight=0.12,
            scale="quantile",
            at=(0.0, 0.30, 0.75, 0.925, 0.99),
            heights=QUARTERS,
        ),
        RuleCriterion(
            features=("tenure_days",),
            weight=0.16,
            at=(0.0, 365.0, 1095.0, 1825.0, 3650.0),
            heights=QUARTERS,
        ),
        RuleCriterion(features=("continuity_365",), weight=0.05, at=(0.0, 1.0), heights=(0.0, 1.0)),
        RuleCriterion(
            features=("annual_turnover", "size_employees"),
            weight=0.09,
            scale="quantile",
            at=(0.0, 0.30, 0.75, 0.925, 0.99),
            heights=QUARTERS,
            fill=None,
        ),
        RuleCriterion(
            features=("spend_growth_365", "spend_trend_180"),
            weight=0.04,
            at=(0.0, 0.75, 1.0, 1.5, 2.0),
            heights=QUARTERS,
            fill=1.0,
        ),
        RuleCriterion(features=("wallet",), weight=0.08, scale="spend", heights=QUARTERS),
    )

    def __init__(
        self,
        *,
        columns: Sequence[str] | None = None,
        bands: Bands = "auto",
        hysteresis: float = 0.1,
        min_per_tier: int = 15,
    ) -> None:
        super().__init__(columns=columns, hysteresis=hysteresis, min_per_tier=min_per_tier)
        self.bands = bands

    def _with_edges(
        self, rows: Array, criteria: tuple[Criterion | None, ...], points: Array
    ) -> tuple[Rule, tuple[str, ...], str]:
        edges = np.array(self.edges)
        if self._automatic():
            plain = banded(criteria, points, np.zeros(1), 0.0)
            nobody = np.full(len(rows), NO_TIER, dtype=np.int64)
            score = plain.standing(plain.heights(rows), nobody)[:, 0]
            edges = np.quantile(score, _shares_below(), method="lower")
            if (np.diff(edges) >= 0).any() or edges[-1] <= score.min():
                return self._ranking(rows, "the score does not part the clients")
        rule = banded(criteria, points, edges, self.hysteresis)
        room = self._room(criteria)
        if room is None:
            return rule, self._ranking_names(), ""
        return self._with_room(rule, room, points), self.tier_names, ""

    def _with_room(self, rule: Rule, room: int, points: Array) -> Rule:
        """The same rule with an edge below all others, which room alone decides."""
        apart = np.zeros(len(points))
        apart[room] = points[room]
        quarter = points[room] / 4
        sides = np.zeros((4, 5), dtype=np.int64)
        sides[:3, :4], sides[2, 4] = rule.sides, -1  # both tiers below `ordinary` lie behind it
        sides[3, 3:] = 1, -1
        return Rule(
            criteria=rule.criteria,
            weights=np.vstack([rule.weights, apart]),
            edges=np.append(rule.edges, _ROOM * points[room]),
            held=np.append(rule.held, self.hysteresis * quarter),
            sides=sides,
        )

    def _room(self, criteria: tuple[Criterion | None, ...]) -> int | None:
        """The column of room, where it is known and can tell `potential` from `small`."""
        for place, line in enumerate(self._lines(len(criteria))):
            if line is not None and line.features == ("wallet",) and criteria[place] is not None:
                return place
        return None

    def _bands(self, rows: Array) -> tuple[float, ...] | None:
        if not self._automatic():
            bands = tuple(sorted(float(band) for band in self.bands))
            if len(bands) != 3 or len(set(bands)) != 3 or bands[0] <= 0:
                raise ValueError("bands are three different amounts above zero, or `auto`")
            return bands
        for place, line in enumerate(self._lines(rows.shape[1])):
            if line is not None and line.features == ("spend_365",):
                spend = rows[:, place]
                return tuple(np.quantile(spend, _shares_below()[::-1], method="lower").tolist())
        return None

    def _automatic(self) -> bool:
        return isinstance(self.bands, str)

    def _ranking_names(self) -> tuple[str, ...]:
        return tuple(name for name in self.tier_names if name != "potential")


def _shares_below() -> Array:
    """The shares of clients below vip, important, ordinary, at the middles of what is expected."""
    middles = np.array([sum(share) / 2 for share in EXPECTED_CLIENTS.values()])
    return np.asarray(1.0 - np.cumsum(middles)[:3] / middles.sum())

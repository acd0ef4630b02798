"""Value space: which features place a client in a tier, with what weight, and what fills gaps.

To add a coordinate: a line in `VALUE_COORDINATES`. It must not be computed from profit, or more
profit would move two coordinates and could lower a tier (see `ClusterTiers`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.tiers.ladder import Ladder, learn_ladder
from segml.words.errors import DataRefused

Role = Literal["contribution", "stability", "potential", "care"]
PROFIT = "profit_365"
"""The feature that orders the tiers."""


@dataclass(frozen=True, slots=True)
class ValueCoordinate:
    """One coordinate: its role and the features that can stand for it, the first usable one.

    `trust`, in (0, 1], is its weight beside the others of its role: less for what moves by chance
    from month to month, so that such moves do not carry clients from tier to tier. `ends` says that
    it is zero a year after the last purchase; `is_size` that it is the more the more a client buys,
    so that one of whom it is not known is taken for as large as those that buy as much.
    """

    role: Role
    features: tuple[str, ...]
    trust: float = 1.0
    ends: bool = False
    is_size: bool = False


_BY_CHANCE = 0.25
"""The trust in a quotient of two years and in a count of single months."""
_LESS_COSTS = 0.5
"""The trust in profit beside spend, of which it is what costs leave: it moves by the chance of
both. Without spend it stands for both, and is trusted in full."""
_SPEND = "spend_365"

VALUE_COORDINATES: tuple[ValueCoordinate, ...] = (
    ValueCoordinate("contribution", (PROFIT,), _LESS_COSTS, ends=True),
    ValueCoordinate("contribution", (_SPEND,), ends=True),
    ValueCoordinate("contribution", ("orders_365",), ends=True),
    ValueCoordinate("stability", ("tenure_days",)),
    ValueCoordinate("stability", ("continuity_365",), _BY_CHANCE, ends=True),
    ValueCoordinate("potential", ("size_employees", "annual_turnover"), is_size=True),
    ValueCoordinate("potential", ("spend_growth_365", "spend_trend_180"), _BY_CHANCE),
    ValueCoordinate("potential", ("wallet",), is_size=True),
    ValueCoordinate("care", ("cost_to_serve_365", "care_share_365"), ends=True),
)
"""The coordinates in their order; profit is the first."""

ROLE_WEIGHTS: Mapping[Role, float] = {
    "contribution": 0.65,
    "stability": 0.1,
    "potential": 0.15,
    "care": 0.1,
}
"""Each role's share of the variance, split among its coordinates by trust, scaled to those there.

Contribution outweighs the rest by so much that the clients lie along one axis, that of value: along
one axis k-means has one optimum, across two it has several, nearly as good, and which of them is
best changes with the draw of the clients. A role whose coordinates together are trusted less than
one steady one has that part of its share.
"""

_COMPUTED_FROM_PROFIT = ("value_", "profit_", "margin_")
_KNOWN_ENOUGH = 0.5
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSpace:
    """The coordinates chosen at fit, with all that a later frame needs to be read the same way.

    Parameters
    ----------
    columns
        Feature names, profit first.
    fills
        What stands where a value is missing, in the features' units: the training median for
        potential, zero for all else (no transactions are no profit, no orders, no tenure, no care).
    weights
        On each coordinate's standard deviation; their squares sum to 1.
    notes
        What was left out and why, one sentence each.
    ladders
        Of columns that are sizes, by name: what clients that buy as much have usually. It stands in
        the place of the fill; a size that is not known is neither small nor large. None where
        neither spend nor orders are a column.
    """

    columns: tuple[str, ...]
    fills: tuple[float, ...]
    weights: tuple[float, ...]
    notes: tuple[str, ...]
    ladders: Mapping[str, Ladder] = field(default_factory=dict)

    @property
    def ending(self) -> tuple[int, ...]:
        """The places of the columns that are zero a year after the last purchase."""
        names = {name for line in VALUE_COORDINATES if line.ends for name in line.features}
        return tuple(place for place, name in enumerate(self.columns) if name in names)

    def values(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The clients' values, float64, no NaN, columns as chosen, index as given.

        Parameters
        ----------
        frame
            One row a client, feature columns.

        Raises
        ------
        DataRefused
            If a column that was there at fit is absent.
        """
        absent = [name for name in self.columns if name not in frame.columns]
        if absent:
            raise DataRefused(
                f"the feature frame lacks {', '.join(absent)}, which the tiers were made with",
                allowed=f"a frame with {', '.join(self.columns)}",
                next_step="bring back the ledger's table or column, or train again without it",
            )
        numbers = frame.loc[:, list(self.columns)].astype(np.float64)
        fills = dict(zip(self.columns, self.fills, strict=True))
        if measure := _measure(self.columns):
            measured = numbers[measure].fillna(fills[measure])
            for name, ladder in self.ladders.items():
                numbers[name] = numbers[name].fillna(ladder.at(measured))
        return numbers.fillna(fills)


def learn_value_space(frame: pd.DataFrame) -> ValueSpace:
    """The value space that this frame's clients can be placed in.

    A feature is used if it is there, known for at least half of the clients, not constant, and
    no linear function of profit (spend is one where a margin rate stands for all costs: it would
    count the same money twice and split its part of a margin between two names).

    Parameters
    ----------
    frame
        One row a training client, feature columns; `profit_365` is required.

    Raises
    ------
    DataRefused
        If there is no profit, or all clients have the same.
    """
    chosen = [(line, name) for line in VALUE_COORDINATES if (name := _usable(line, frame))]
    if not chosen or chosen[0][1] != PROFIT:
        raise DataRefused(
            f"`{PROFIT}` of {len(frame)} clients with transactions has fewer than two values",
            allowed="at least two clients with different profit, or there is nothing to order",
            next_step="widen the ledger's dates or the `where` of `ledger.transactions`",
        )
    columns = tuple(name for _, name in chosen)
    measure = _measure(columns)
    return ValueSpace(
        columns=columns,
        fills=tuple(_fill(line.role, frame[name]) for line, name in chosen),
        weights=_weights([line for line, _ in chosen]),
        notes=_notes(frame, columns),
        ladders={
            name: learn_ladder(frame[name], frame[measure])
            for line, name in (chosen if measure else ())
            if line.is_size
        },
    )


def value_space(frame: pd.DataFrame) -> pd.DataFrame:
    """The clients' values in the coordinates this frame supports, float64, profit first, no NaN.

    Examples
    --------
    >>> clients = pd.DataFrame({"profit_365": [5.0, -1.0], "wallet": [None, 9.0], "orders_365": 1})
    >>> value_space(clients)
       profit_365
    0         5.0
    1        -1.0
    """
    return learn_value_space(frame).values(frame)


def _measure(columns: Sequence[str]) -> str | None:
    """The column that ladders go by; never profit, which would then move a second coordinate."""
    return next((name for name in (_SPEND, "orders_365") if name in columns), None)


def _usable(line: ValueCoordinate, frame: pd.DataFrame) -> str | None:
    return next((name for name in line.features if not _fault(name, frame)), None)


def _fault(name: str, frame: pd.DataFrame) -> str:
    if name not in frame.columns:
        return "absent"
    known = frame[name].dropna().astype(np.float64)
    if name != PROFIT and len(known) < _KNOWN_ENOUGH * len(frame):
        return "known for less than half of the clients"
    if known.nunique() < 2:
        return "the same for all clients"
    if name != PROFIT and _is_profit_again(known, frame):
        return "profit in another unit"
    return ""


def _is_profit_again(known: pd.Series, frame: pd.DataFrame) -> bool:
    """Whether the column is a linear function of profit, as spend is where no cost is known."""
    if PROFIT not in frame.columns:
        return False
    profit = frame.loc[known.index, PROFIT].fillna(0.0).to_numpy(np.float64)
    numbers = known.to_numpy(np.float64)
    if np.ptp(profit) == 0 or not np.isfinite([profit, numbers]).all():
        return False
    return abs(float(np.corrcoef(profit, numbers)[0, 1])) > 1 - _ROUNDING


def _fill(role: Role, column: pd.Series) -> float:
    if role != "potential":
        return 0.0
    return float(np.nanmedian(column.to_numpy(np.float64, na_value=np.nan)))


def _weights(lines: list[ValueCoordinate]) -> tuple[float, ...]:
    money = any(_SPEND in line.features for line in lines)
    trust = [line.trust if money or PROFIT not in line.features else 1.0 for line in lines]
    trusts: dict[Role, float] = {}
    for line, trusted in zip(lines, trust, strict=True):
        trusts[line.role] = trusts.get(line.role, 0.0) + trusted
    shares: npt.NDArray[np.float64] = np.array(
        [
            ROLE_WEIGHTS[line.role] * trusted / max(1.0, trusts[line.role])
            for line, trusted in zip(lines, trust, strict=True)
        ]
    )
    return tuple(np.sqrt(shares / shares.sum()).tolist())


def _notes(frame: pd.DataFrame, columns: tuple[str, ...]) -> tuple[str, ...]:
    faults: dict[str, list[str]] = {}
    for line in VALUE_COORDINATES:
        if not set(line.features) & set(columns):
            for name in line.features:
                faults.setdefault(_fault(name, frame), []).append(name)
    faults["computed from profit, which counts once"] = [
        name
        for name in map(str, frame.columns)
        if name.startswith(_COMPUTED_FROM_PROFIT) and name not in columns
    ]
    return tuple(
        f"tiers do without {', '.join(f'`{name}`' for name in names)}: {fault}"
        for fault, names in faults.items()
        if names
    )

"""What a run is asked to do: the configuration as frozen values, checked once at the door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from segml.words.forest import ForestPlan
from segml.words.role import ROLES


class PlanError(ValueError):
    """A key of the configuration holds what the other keys, or its meaning, do not allow.

    Parameters
    ----------
    key
        The key, with its section: `tiers.key`.
    found
        What it holds.
    allowed
        What it may hold.
    """

    def __init__(self, key: str, found: object, allowed: str) -> None:
        shown = list(found) if isinstance(found, tuple) else found
        self.key, self.found, self.allowed = key, f"`{key}` is {shown}", allowed
        super().__init__(f"{self.found}; allowed: {allowed}")


def _allow(condition: bool, key: str, found: object, allowed: str) -> None:  # noqa: FBT001 - a predicate
    if not condition:
        raise PlanError(key, found, allowed)


def _require(condition: bool, rule: str) -> None:  # noqa: FBT001 - a predicate, not a switch
    if not condition:
        raise ValueError(rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePlan:
    """Where one table of the ledger comes from and how its columns are named.

    Exactly one of `path` (Parquet or CSV, globs and .gz allowed, already absolute), `query` and
    `table` (a name in Spark's catalogue) is given; a query has a `connection` (a database URL) or
    `files` (the name of a table to a path like the above). `columns` maps a contract column to a
    source column, or to ``"sql: <expression>"``. `where` is a SQL condition on source columns.
    """

    path: str | None = None
    query: str | None = None
    table: str | None = None
    connection: str | None = field(default=None, repr=False)  # it may hold a password
    files: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    where: str | None = None

    def __post_init__(self) -> None:
        given = [one for one in (self.path, self.query, self.table) if one is not None]
        _require(len(given) == 1, "give exactly one of path, query, table")
        _require(self.query is not None or not self.files, "files go with a query")
        _require(not (self.connection and self.files), "give one of connection, files")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerPlan:
    """The input tables and the rules that are read with them."""

    transactions: SourcePlan
    clients: SourcePlan | None = None
    interactions: SourcePlan | None = None
    invoices: SourcePlan | None = None
    events: SourcePlan | None = None
    folder: str = "."
    timezone: str = "UTC"
    max_bad_share: float = 0.05
    stale_after_days: int = 7
    duplicates: Literal["keep", "drop"] = "keep"
    rates: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _require(0 <= self.max_bad_share <= 1, "max_bad_share lies in [0, 1]")
        _require(self.stale_after_days >= 0, "stale_after_days is not negative")
        _require(all(rate > 0 for rate in self.rates.values()), "rates are positive")

    def source_of(self, table: str) -> SourcePlan | None:
        """Where a table of the contract comes from; None where the plan does not name it."""
        source: SourcePlan | None = getattr(self, table)
        return source


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPlan:
    """Where runs are published besides the output folder.

    `connection` is a PostgreSQL database's URL, or ``env:NAME``, which is looked up only by who
    publishes; `schema` is where its tables stand.
    """

    connection: str = field(repr=False)
    schema: str = "segml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRate:
    """What care of one kind of interaction costs.

    Parameters
    ----------
    minute
        Money a minute; None: the common rate, `Economics.minute`.
    contact
        Money a contact, on top of what the interaction itself records as `cost`.
    """

    minute: float | None = None
    contact: float = 0.0

    def __post_init__(self) -> None:
        _require(self.minute is None or self.minute >= 0, "rates of care are not negative")
        _require(self.contact >= 0, "rates of care are not negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class Economics:
    """Money that is not in the ledger: rates of care, margin, referral; all in one currency.

    `margin_rate` is used only where a line has no cost; None means that no rate was configured
    and profit is then revenue less the cost to serve, which the run says. `kinds` gives kinds of
    interaction their own rates; a kind that is not in it costs `minute` a minute.
    """

    currency: str | None = None
    margin_rate: float | None = None
    minute: float = 0.0
    kinds: Mapping[str, ContactRate] = field(default_factory=dict)
    order: float = 0.0
    return_: float = 0.0
    commission_rate: float = 0.0
    overdue_yearly_rate: float = 0.0
    write_off_days: int = 180
    acquisition_months: int = 12
    referral_weight: float = 0.2

    def __post_init__(self) -> None:
        _require(self.margin_rate is None or -1 <= self.margin_rate <= 1, "margin_rate in [-1, 1]")
        _require(min(self.minute, self.order, self.return_) >= 0, "rates of care are not negative")
        _require(all(kind == kind.lower() for kind in self.kinds), "kinds are lower case")
        _require(0 <= self.commission_rate <= 1, "commission_rate lies in [0, 1]")
        _require(self.overdue_yearly_rate >= 0, "overdue_yearly_rate is not negative")
        _require(self.write_off_days > 0, "write_off_days is positive")
        _require(self.acquisition_months > 0, "acquisition_months is positive")
        _require(0 <= self.referral_weight <= 1, "referral_weight lies in [0, 1]")


RULE_TIERS: Mapping[str, int] = {"profitability": 3, "levels": 3, "strategic": 5}
"""How many tiers each rule scheme has."""


def tiers_in(scheme: str) -> int:
    """How many tiers a scheme makes when none are asked for.

    Examples
    --------
    >>> tiers_in("clusters"), tiers_in("levels")
    (4, 3)
    """
    return RULE_TIERS.get(scheme, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class TierPlan:
    """How value tiers are made and which ranks (1 = top) are key.

    A rule scheme has as many tiers as its rule (`RULE_TIERS`); of clusters `auto` takes as many as
    the clients carry, two at least, so the first two ranks can be key. `bands` is the yearly spend
    at which the tiers vip, important and ordinary of `strategic` begin.
    """

    scheme: Literal["clusters", "profitability", "levels", "strategic"] = "clusters"
    number: int | Literal["auto"] = 4
    key: tuple[int, ...] = (1,)
    key_roles: tuple[str, ...] = ("magnet", "special")
    bands: Literal["auto"] | tuple[float, float, float] = "auto"

    def __post_init__(self) -> None:
        ruled = RULE_TIERS.get(self.scheme)
        told = f"{ruled}, or no `number` at all: {self.scheme} has {ruled} tiers"
        _allow(ruled in (None, self.number), "tiers.number", self.number, told)
        told = f"auto with `scheme: {self.scheme}`: bands go with strategic"
        _allow(self.bands == "auto" or self.scheme == "strategic", "tiers.bands", self.bands, told)
        if self.bands != "auto":
            vip, important, ordinary = self.bands
            told = "three amounts above zero, each below the one before it"
            _allow(vip > important > ordinary > 0, "tiers.bands", self.bands, told)
        self._check_key()

    def _check_key(self) -> None:
        told, most = "with `number: auto` only the ranks 1 and 2 can be key", 2
        if self.number != "auto":
            _allow(2 <= self.number <= 12, "tiers.number", self.number, "2 to 12, or auto")
            told, most = f"ranks from 1 (top) to {self.number}, the number of tiers", self.number
        _allow(all(1 <= rank <= most for rank in self.key), "tiers.key", self.key, told)
        _allow(len(self.key) > 0, "tiers.key", self.key, f"{told}, one at least")
        roles = f"of {', '.join(ROLES)}"
        _allow(set(self.key_roles) <= set(ROLES), "tiers.key_roles", self.key_roles, roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChurnPlan:
    """The churn label, its population and the cut-offs it is learnt on; all in days.

    `trusted_features` are not asked whether they know the label (see `outcomes.leaks`); `forest` is
    how the score's forest grows.
    """

    horizon_days: int = 180
    active_days: int = 365
    gap_days: int = 0
    cutoffs: int = 12
    step_days: int = 30
    min_history_days: int = 180
    trusted_features: tuple[str, ...] = ()
    forest: ForestPlan = field(default_factory=ForestPlan)

    def __post_init__(self) -> None:
        _require(self.horizon_days >= 1, "horizon_days is positive")
        _require(self.active_days >= 1, "active_days is positive")
        _require(self.gap_days >= 0, "gap_days is not negative")
        _require(self.cutoffs >= 3, "at least three cut-offs")
        _require(self.step_days >= 1, "step_days is positive")
        _require(self.min_history_days >= 1, "min_history_days is positive")


@dataclass(frozen=True, slots=True, kw_only=True)
class PotentialPlan:
    """The horizon of expected profit, in days, and how the forests of both its parts grow."""

    horizon_days: int = 365
    forest: ForestPlan = field(default_factory=ForestPlan)

    def __post_init__(self) -> None:
        _require(self.horizon_days >= 1, "horizon_days is positive")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlookPlan:
    """The horizons of the outlook, in days; the churn horizon is always among those told."""

    horizons: tuple[int, ...] = (30, 90, 180, 365)

    def __post_init__(self) -> None:
        _require(all(days >= 1 for days in self.horizons), "outlook horizons are positive")
        differ = len(set(self.horizons)) == len(self.horizons)
        _allow(differ, "outlook.horizons", self.horizons, "days that differ, each named once")


@dataclass(frozen=True, slots=True, kw_only=True)
class LossPlan:
    """When a key client counts as shrunk: value a day below this share of the year before."""

    shrunk_below: float = 0.3

    def __post_init__(self) -> None:
        _require(0 < self.shrunk_below < 1, "shrunk_below lies between 0 and 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One portfolio's whole plan: everything the pure core needs besides the ledger's rows."""

    portfolio: str
    ledger: LedgerPlan
    economics: Economics = field(default_factory=Economics)
    tiers: TierPlan = field(default_factory=TierPlan)
    churn: ChurnPlan = field(default_factory=ChurnPlan)
    potential: PotentialPlan = field(default_factory=PotentialPlan)
    losses: LossPlan = field(default_factory=LossPlan)
    outlook: OutlookPlan = field(default_factory=OutlookPlan)
    seed: int = 0

    def __post_init__(self) -> None:
        _require(bool(self.portfolio), "a portfolio has a name")

    @property
    def horizons(self) -> tuple[int, ...]:
        """The horizons of the outlook, the churn horizon among them, shortest first."""
        return tuple(sorted({*self.outlook.horizons, self.churn.horizon_days}))

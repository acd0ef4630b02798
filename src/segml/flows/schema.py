"""The schema of a portfolio's YAML file: every key, its type and its range.

To add a key: give it to the section here and to the value in `words.plan`; a test compares the
two with the documentation.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from segml.words.forest import FOREST_RANGES, ForestPlan
from segml.words.role import Role

Share = Annotated[float, Field(ge=0, le=1)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Amount = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Days = Annotated[int, Field(ge=1, le=36_500)]


def _known_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        raise ValueError("no IANA time zone such as Europe/London") from None


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


TableName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")]


class SourceSection(_Section):
    """`path`, `table` of Spark's catalogue, or `query` with `connection` or `files`.

    `columns` and `where` map and filter it.
    """

    path: str | None = None
    table: str | None = None
    query: str | None = None
    connection: str | None = None
    files: dict[TableName, str] = Field(default_factory=dict)
    columns: dict[str, str] = Field(default_factory=dict)
    where: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> SourceSection:
        if sum(one is not None for one in (self.path, self.table, self.query)) != 1:
            raise ValueError("give exactly one of `path`, `table` and `query`")
        places = [name for name in ("connection", "files") if getattr(self, name)]
        if self.query is None and places:
            other = "path" if self.path is not None else "table"
            raise ValueError(f"`{places[0]}` goes with `query`, not with `{other}`; remove one")
        if self.query is not None and len(places) != 1:
            raise ValueError(
                "`query` runs on `connection` (a database) or over `files` (table name: path); "
                "give exactly one"
            )
        if len({name.lower() for name in self.files}) < len(self.files):
            raise ValueError("two names of `files` differ in case alone; SQL reads them as one")
        return self


class LedgerSection(_Section):
    """Where the tables are and the rules they are read by."""

    transactions: SourceSection
    clients: SourceSection | None = None
    interactions: SourceSection | None = None
    invoices: SourceSection | None = None
    events: SourceSection | None = None
    timezone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    max_bad_share: Share = 0.05
    stale_after_days: Annotated[int, Field(ge=0)] = 7
    duplicates: Literal["keep", "drop"] = "keep"
    rates: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)


class ContactSection(_Section):
    """What one kind of interaction costs."""

    minute: NotNegative | None = None
    contact: NotNegative = 0.0


class EconomicsSection(_Section):
    """Money that is not in the ledger."""

    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    margin_rate: Annotated[float, Field(ge=-1, le=1)] | None = None
    minute: NotNegative = 0.0
    kinds: dict[Annotated[str, AfterValidator(str.lower)], ContactSection] = Field(
        default_factory=dict
    )
    order: NotNegative = 0.0
    return_: NotNegative = Field(default=0.0, alias="return")
    commission_rate: Share = 0.0
    overdue_yearly_rate: NotNegative = 0.0
    write_off_days: Days = 180
    acquisition_months: Annotated[int, Field(ge=1)] = 12
    referral_weight: Share = 0.2


class TiersSection(_Section):
    """The scheme, the number of tiers, the ranks that are key and the bands of `strategic`.

    `number` is asked of `clusters` alone, `auto` to have it chosen; a rule has as many tiers as it
    has.
    """

    scheme: Literal["clusters", "profitability", "levels", "strategic"] = "clusters"
    number: Annotated[int, Field(ge=2, le=12)] | Literal["auto"] | None = None
    key: Annotated[tuple[int, ...], Field(min_length=1)] = (1,)
    bands: Literal["auto"] | tuple[Amount, Amount, Amount] = "auto"
    key_roles: tuple[Role, ...] = ("magnet", "special")


def _within(name: str) -> Any:
    least, most = FOREST_RANGES[name]
    return Field(default=getattr(_PLAIN, name), ge=least, le=most)


_PLAIN = ForestPlan()


class ForestSection(_Section):
    """How an outcome's forest grows: what `segml tune` searches, and nothing else."""

    learning_rate: float = _within("learning_rate")
    num_leaves: int = _within("num_leaves")
    max_depth: int = _within("max_depth")
    lambda_l2: float = _within("lambda_l2")
    feature_fraction: float = _within("feature_fraction")
    bagging_fraction: float = _within("bagging_fraction")
    leaf_share: float = _within("leaf_share")
    extra_trees: bool = _PLAIN.extra_trees


class ChurnSection(_Section):
    """The churn label, its cut-offs, features that may tell all they tell, and the forest."""

    horizon_days: Days = 180
    active_days: Days = 365
    gap_days: Annotated[int, Field(ge=0)] = 0
    cutoffs: Annotated[int, Field(ge=3, le=120)] = 12
    step_days: Days = 30
    min_history_days: Days = 180
    trusted_features: tuple[str, ...] = ()
    forest: ForestSection = Field(default_factory=ForestSection)


class PotentialSection(_Section):
    """The horizon of expected profit, and the forests of both its parts."""

    horizon_days: Days = 365
    forest: ForestSection = Field(default_factory=ForestSection)


class OutlookSection(_Section):
    """The horizons of the outlook."""

    horizons: Annotated[tuple[Days, ...], Field(min_length=1, max_length=12)] = (30, 90, 180, 365)


class LossesSection(_Section):
    """When a key client counts as shrunk."""

    shrunk_below: Annotated[float, Field(gt=0, lt=1)] = 0.3


class GateSection(_Section):
    """What a version must hold before it becomes champion."""

    grade: Literal["A", "B", "C", "D"] = "C"
    calibration_error: Share = 0.05
    size_gap: Share = 0.05
    money_moves: Share = 0.25
    tier_moves: Share = 0.25
    reasons_kept: Share = 0.4
    history: Share = 0.05


class RetentionSection(_Section):
    """How long published scores are kept; all of them where nothing is said."""

    scores_days: Days | None = None


class PublishSection(_Section):
    """The PostgreSQL database that runs are published to besides; none where nothing is said."""

    connection: Annotated[str, Field(min_length=1)] | None = None
    schema_: Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]{0,62}$")] = Field(
        default="segml", alias="schema"
    )


class DriftSection(_Section):
    """What follows when something moved farther than it usually does."""

    feature: Literal["off", "warn", "refuse"] = "warn"
    score: Literal["off", "warn", "refuse"] = "warn"
    reason: Literal["off", "warn", "refuse"] = "warn"
    move: Literal["off", "warn", "refuse"] = "warn"
    volume: Literal["off", "warn", "refuse"] = "warn"
    worth: Literal["off", "warn", "refuse"] = "warn"
    model: Literal["off", "warn", "refuse"] = "warn"
    model_days: Days = 400


class ProxySection(_Section):
    """A proxy that signs people in; without addresses there is none."""

    addresses: tuple[str, ...] = ()
    header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")] = "x-forwarded-user"


class ServiceSection(_Section):
    """Who may read the pages."""

    accounts: str = "accounts.json"
    audit: str = "audit.jsonl"
    hosts: tuple[str, ...] = ()
    proxy: ProxySection = Field(default_factory=ProxySection)


class TrackingSection(_Section):
    """Where MLflow keeps its runs."""

    uri: str = "sqlite:///mlruns.db"


class Configuration(_Section):
    """One portfolio's YAML file."""

    portfolio: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
    ledger: LedgerSection
    economics: EconomicsSection = Field(default_factory=EconomicsSection)
    tiers: TiersSection = Field(default_factory=TiersSection)
    churn: ChurnSection = Field(default_factory=ChurnSection)
    potential: PotentialSection = Field(default_factory=PotentialSection)
    outlook: OutlookSection = Field(default_factory=OutlookSection)
    losses: LossesSection = Field(default_factory=LossesSection)
    gate: GateSection = Field(default_factory=GateSection)
    drift: DriftSection = Field(default_factory=DriftSection)
    tracking: TrackingSection = Field(default_factory=TrackingSection)
    retention: RetentionSection = Field(default_factory=RetentionSection)
    service: ServiceSection = Field(default_factory=ServiceSection)
    publish: PublishSection = Field(default_factory=PublishSection)
    models: str = "models"
    output: str = "out"
    playbooks: str | None = None
    language: Literal["en", "ru", "zh"] = "en"
    engine: Literal["duckdb", "spark"] = "duckdb"
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0

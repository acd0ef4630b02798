"""The configuration: a YAML file held against its schema, then frozen values for the core.

To add a key: give it to the model here and to the value in `words.plan`; a test compares the two
with the documentation.
"""

from __future__ import annotations

import difflib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from segml.flows.yaml_reader import read_yaml
from segml.words.errors import ConfigurationRefused
from segml.words.plan import (
    ChurnPlan,
    Economics,
    LedgerPlan,
    LossPlan,
    Plan,
    PotentialPlan,
    SourcePlan,
    TierPlan,
)

Share = Annotated[float, Field(ge=0, le=1)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Days = Annotated[int, Field(ge=1, le=36_500)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class SourceSection(_Section):
    """`path`, or `query` with `connection`; `columns` and `where` map and filter it."""

    path: str | None = None
    query: str | None = None
    connection: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    where: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> SourceSection:
        if (self.path is None) == (self.query is None):
            raise ValueError("give exactly one of `path` and `query`")
        return self


class LedgerSection(_Section):
    """Where the tables are and the rules they are read by."""

    transactions: SourceSection
    clients: SourceSection | None = None
    timezone: str = "UTC"
    max_bad_share: Share = 0.05
    stale_after_days: Annotated[int, Field(ge=0)] = 7
    duplicates: Literal["keep", "drop"] = "keep"
    rates: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)


class EconomicsSection(_Section):
    """Money that is not in the ledger."""

    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    margin_rate: Annotated[float, Field(ge=-1, le=1)] | None = None
    minute: NotNegative = 0.0
    order: NotNegative = 0.0
    return_: NotNegative = Field(default=0.0, alias="return")
    commission_rate: Share = 0.0
    overdue_yearly_rate: NotNegative = 0.0
    write_off_days: Days = 180
    acquisition_months: Annotated[int, Field(ge=1)] = 12
    referral_weight: Share = 0.2


class TiersSection(_Section):
    """The scheme, the number of tiers and the ranks that are key."""

    scheme: Literal["clusters"] = "clusters"
    number: Annotated[int, Field(ge=2, le=12)] = 4
    key: Annotated[tuple[int, ...], Field(min_length=1)] = (1,)
    key_roles: tuple[str, ...] = ("magnet", "special")


class ChurnSection(_Section):
    """The churn label and the cut-offs it is learnt on."""

    horizon_days: Days = 180
    active_days: Days = 365
    gap_days: Annotated[int, Field(ge=0)] = 0
    cutoffs: Annotated[int, Field(ge=3, le=120)] = 12
    step_days: Days = 30
    min_history_days: Days = 180


class PotentialSection(_Section):
    """The horizon of expected profit."""

    horizon_days: Days = 365


class LossesSection(_Section):
    """When a key client counts as shrunk."""

    shrunk_below: Annotated[float, Field(gt=0, lt=1)] = 0.3


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
    losses: LossesSection = Field(default_factory=LossesSection)
    tracking: TrackingSection = Field(default_factory=TrackingSection)
    models: str = "models"
    output: str = "out"
    language: Literal["en"] = "en"
    engine: Literal["duckdb"] = "duckdb"
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a flow needs: the core's plan, and where things are kept (absolute paths)."""

    plan: Plan
    folder: Path
    models: Path
    output: Path
    tracking_uri: str
    language: str = "en"


def read_settings(config: str | Path | Settings) -> Settings:
    """Frozen settings from a configuration file (or the settings themselves, passed through).

    Parameters
    ----------
    config
        Path of a YAML file, or settings that were read before.

    Raises
    ------
    ConfigurationRefused
        If the file breaks the schema; the message names each key and, for an unknown one, the
        nearest that exists.
    """
    if isinstance(config, Settings):
        return config
    path = Path(config)
    raw = read_yaml(path)
    try:
        parsed = Configuration.model_validate(raw)
        return _settle(parsed, path.absolute().parent)
    except ValidationError as error:
        raise _refusal(path, error) from None
    except ValueError as error:
        raise ConfigurationRefused(
            f"`{path.name}`: {error}",
            allowed="values within their ranges",
            next_step="mend the value",
        ) from None


def _settle(parsed: Configuration, folder: Path) -> Settings:
    ledger = parsed.ledger
    plan = Plan(
        portfolio=parsed.portfolio,
        ledger=LedgerPlan(
            transactions=_source(ledger.transactions, folder),
            clients=_source(ledger.clients, folder) if ledger.clients else None,
            folder=str(folder),
            **ledger.model_dump(exclude={"transactions", "clients"}),
        ),
        economics=Economics(**parsed.economics.model_dump()),
        tiers=TierPlan(**parsed.tiers.model_dump()),
        churn=ChurnPlan(**parsed.churn.model_dump()),
        potential=PotentialPlan(**parsed.potential.model_dump()),
        losses=LossPlan(**parsed.losses.model_dump()),
        seed=parsed.seed,
    )
    return Settings(
        plan=plan,
        folder=folder,
        models=_beside(folder, parsed.models),
        output=_beside(folder, parsed.output),
        tracking_uri=_tracking_uri(parsed.tracking.uri, folder),
        language=parsed.language,
    )


def _beside(folder: Path, path: str) -> Path:
    return Path(os.path.normpath(folder / path))


def _source(section: SourceSection, folder: Path) -> SourcePlan:
    values = section.model_dump()
    if section.path is not None:
        values["path"] = str(_beside(folder, _expand(section.path)))
    if section.connection is not None:
        values["connection"] = _connection(section.connection)
    return SourcePlan(**values)


def _expand(text: str) -> str:
    """Replace ${NAME} and ${NAME:-default} by the environment's value."""

    def value(match: re.Match[str]) -> str:
        found = os.environ.get(match["name"]) or match["default"]
        if found is None:
            raise _missing_variable(match["name"])
        return found

    return re.sub(r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\}", value, text)


def _connection(text: str) -> str:
    if not text.startswith("env:"):
        return text
    name = text.removeprefix("env:")
    if name not in os.environ:
        raise _missing_variable(name)
    return os.environ[name]


def _missing_variable(name: str) -> ConfigurationRefused:
    return ConfigurationRefused(
        f"the environment has no variable `{name}`",
        allowed="a variable that is set where segml runs",
        next_step=f"export {name}=…",
    )


def _tracking_uri(configured: str, folder: Path) -> str:
    uri = os.environ.get("MLFLOW_TRACKING_URI") or configured
    relative = re.fullmatch(r"sqlite:///(?!/)(?P<path>.+)", uri)
    return f"sqlite:///{_beside(folder, relative['path'])}" if relative else uri


def _refusal(path: Path, error: ValidationError) -> ConfigurationRefused:
    faults = [_fault(fault) for fault in error.errors(include_url=False)]
    return ConfigurationRefused(
        f"`{path.name}` has {len(faults)} fault(s): " + "; ".join(faults),
        allowed="the keys and values of the configuration's documentation",
        next_step="mend the keys named",
    )


def _fault(fault: Any) -> str:
    where = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(fault["loc"][-1]), _keys_beside(fault["loc"]), n=1)
        hint = f", did you mean `{near[0]}`?" if near else ""
        return f"unknown key `{where}`{hint}"
    if fault["type"] == "missing":
        return f"`{where}` is missing"
    found = repr(fault["input"])
    return f"`{where}` is {found[:60]} ({fault['msg']})"


def _keys_beside(location: tuple[str | int, ...]) -> list[str]:
    """Keys that the section holding this location knows."""
    section: type[BaseModel] = Configuration
    for part in location[:-1]:
        annotation: Any = section.model_fields[str(part)].annotation
        options = [annotation, *getattr(annotation, "__args__", ())]
        section = next(o for o in options if isinstance(o, type) and issubclass(o, BaseModel))
    return [field.alias or name for name, field in section.model_fields.items()]

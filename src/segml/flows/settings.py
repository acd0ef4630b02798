"""The configuration: a YAML file held against its schema, then frozen values for the core."""

from __future__ import annotations

import difflib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from segml.features import CATALOGUE
from segml.flows.playbooks import read_playbooks
from segml.flows.schema import (
    ChurnSection,
    Configuration,
    EconomicsSection,
    PublishSection,
    ServiceSection,
    SourceSection,
    TiersSection,
)
from segml.flows.yaml_reader import read_yaml
from segml.ledger import is_address
from segml.words.drift import DriftPlan
from segml.words.errors import ConfigurationRefused
from segml.words.forest import ForestPlan
from segml.words.gate import GatePlan
from segml.words.plan import (
    ChurnPlan,
    ContactRate,
    Economics,
    LedgerPlan,
    LossPlan,
    OutlookPlan,
    Plan,
    PlanError,
    PotentialPlan,
    PublishPlan,
    SourcePlan,
    TierPlan,
    tiers_in,
)
from segml.words.playbook import Playbooks
from segml.words.site import Access, Proxy


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a flow needs: the core's plan, and where things are kept (absolute paths)."""

    plan: Plan
    folder: Path
    models: Path
    output: Path
    tracking_uri: str
    artifacts: Path
    playbooks: Playbooks
    gate: GatePlan = field(default_factory=GatePlan)
    drift: DriftPlan = field(default_factory=DriftPlan)
    access: Access
    keep_scores_days: int | None = None
    publish: PublishPlan | None = None
    language: str = "en"
    engine: str = "duckdb"


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
    except PlanError as error:
        raise ConfigurationRefused(
            f"{error.found} in `{path.name}`",
            allowed=error.allowed,
            next_step=f"mend `{error.key}`",
        ) from None
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
            clients=_optional_source(ledger.clients, folder),
            interactions=_optional_source(ledger.interactions, folder),
            invoices=_optional_source(ledger.invoices, folder),
            events=_optional_source(ledger.events, folder),
            folder=str(folder),
            **ledger.model_dump(exclude=_TABLES),
        ),
        economics=_economics(parsed.economics),
        tiers=_tiers(parsed.tiers),
        churn=_churn(parsed.churn),
        potential=PotentialPlan(
            horizon_days=parsed.potential.horizon_days,
            forest=ForestPlan(**parsed.potential.forest.model_dump()),
        ),
        losses=LossPlan(**parsed.losses.model_dump()),
        outlook=OutlookPlan(**parsed.outlook.model_dump()),
        seed=parsed.seed,
    )
    return Settings(
        plan=plan,
        folder=folder,
        models=_beside(folder, parsed.models),
        output=_beside(folder, parsed.output),
        tracking_uri=_tracking_uri(parsed.tracking.uri, folder),
        artifacts=_artifacts(_tracking_uri(parsed.tracking.uri, folder), folder),
        playbooks=read_playbooks(
            None if parsed.playbooks is None else _beside(folder, parsed.playbooks),
            parsed.tiers.scheme,
        ),
        gate=GatePlan(**parsed.gate.model_dump()),
        drift=DriftPlan(**parsed.drift.model_dump()),
        access=_access(parsed.service, folder),
        keep_scores_days=parsed.retention.scores_days,
        publish=_publish(parsed.publish),
        language=parsed.language,
        engine=parsed.engine,
    )


def _access(section: ServiceSection, folder: Path) -> Access:
    return Access(
        accounts=_beside(folder, section.accounts),
        audit=_beside(folder, section.audit),
        hosts=tuple(host.lower() for host in section.hosts),
        proxy=Proxy(**section.proxy.model_dump()),
    )


_TABLES = {"transactions", "clients", "interactions", "invoices", "events"}


def _economics(section: EconomicsSection) -> Economics:
    kinds = {kind: ContactRate(**rate.model_dump()) for kind, rate in section.kinds.items()}
    return Economics(**section.model_dump(exclude={"kinds"}), kinds=kinds)


def _churn(section: ChurnSection) -> ChurnPlan:
    known = {feature.name for feature in CATALOGUE}
    for name in section.trusted_features:
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), n=1)
            raise ConfigurationRefused(
                f"churn.trusted_features names `{name}`, which is no feature",
                allowed="names of features, as docs/features.md lists them",
                next_step=f"write `{near[0]}`" if near else "name a feature, or leave it out",
            )
    forest = ForestPlan(**section.forest.model_dump())
    return ChurnPlan(**section.model_dump(exclude={"forest"}), forest=forest)


def _tiers(section: TiersSection) -> TierPlan:
    number = tiers_in(section.scheme) if section.number is None else section.number
    return TierPlan(**section.model_dump(exclude={"number"}), number=number)


def _publish(section: PublishSection) -> PublishPlan | None:
    if section.connection is None:
        return None
    return PublishPlan(connection=section.connection, schema=section.schema_)


def _optional_source(section: SourceSection | None, folder: Path) -> SourcePlan | None:
    return None if section is None else _source(section, folder)


def _beside(folder: Path, path: str) -> Path:
    return Path(os.path.normpath(folder / path))


def _source(section: SourceSection, folder: Path) -> SourcePlan:
    values = section.model_dump()
    if section.path is not None:
        path = _expand(section.path)
        values["path"] = path if is_address(path) else str(_beside(folder, path))
    values["files"] = {
        name: str(_beside(folder, _expand(path))) for name, path in section.files.items()
    }
    if section.connection is not None:
        values["connection"] = resolved(section.connection)
    return SourcePlan(**values)


def _expand(text: str) -> str:
    """Replace ${NAME} and ${NAME:-default} by the environment's value."""

    def value(match: re.Match[str]) -> str:
        found = os.environ.get(match["name"]) or match["default"]
        if found is None:
            raise _missing_variable(match["name"])
        return found

    return re.sub(r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\}", value, text)


def resolved(connection: str) -> str:
    """The URL of a connection: as it stands, or what the variable of ``env:NAME`` holds.

    Raises
    ------
    ConfigurationRefused
        If the environment has no such variable.
    """
    if not connection.startswith("env:"):
        return connection
    name = connection.removeprefix("env:")
    if name not in os.environ:
        raise _missing_variable(name)
    return os.environ[name].strip()


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


def _artifacts(uri: str, folder: Path) -> Path:
    """The folder of MLflow's files: beside an SQLite store, else beside the configuration."""
    local = re.fullmatch(r"sqlite:///(?P<path>/.+)", uri)
    return (Path(local["path"]).parent if local else folder) / "mlruns"


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
    if isinstance(fault["input"], str | int | float) and "connection" not in fault["loc"]:
        return f"`{where}` is {str(fault['input'])[:60]!r} ({fault['msg']})"
    return f"`{where}`: {fault['msg']}"  # a mapping may hold a password


def _keys_beside(location: tuple[str | int, ...]) -> list[str]:
    """Keys that the section holding this location knows."""
    section: type[BaseModel] = Configuration
    for part in location[:-1]:
        if str(part) not in section.model_fields:
            continue  # a key of a mapping, its section is found already
        annotation: Any = section.model_fields[str(part)].annotation
        options = [annotation, *getattr(annotation, "__args__", ())]
        section = next(o for o in options if isinstance(o, type) and issubclass(o, BaseModel))
    return [field.alias or name for name, field in section.model_fields.items()]

"""The playbooks of a portfolio: a YAML file of its own, over the ones that come with segml."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from segml.flows.yaml_reader import read_yaml
from segml.words.errors import ConfigurationRefused
from segml.words.playbook import Playbook, Playbooks

SHIPPED = "playbooks.yaml"
"""In `flows/defaults`."""


class PlaybookSection(BaseModel):
    """What the clients of one tier are meant to get."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    team: str
    seniority: str = "any"
    contact_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    service: tuple[str, ...] = ()
    discount_limit: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.0


class SchemeSection(BaseModel):
    """The playbooks of a scheme: by the name of a tier, or by its place, top first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by_tier: dict[str, PlaybookSection] = Field(default_factory=dict)
    by_rank: Annotated[tuple[PlaybookSection, ...], Field(min_length=1)]


class PlaybooksFile(BaseModel):
    """A file of playbooks, one section a scheme."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    clusters: SchemeSection | None = None
    profitability: SchemeSection | None = None
    levels: SchemeSection | None = None
    strategic: SchemeSection | None = None


def read_playbooks(path: Path | None, scheme: str) -> Playbooks:
    """The playbooks of a scheme.

    Parameters
    ----------
    path
        The portfolio's own file; None, or a file without that scheme: those that come with segml.
    scheme
        A tier scheme.

    Raises
    ------
    ConfigurationRefused
        If the file does not exist or breaks its schema; the message names each key.

    Examples
    --------
    >>> read_playbooks(None, "clusters").of("tier 1", 1, 4).contact_days
    30
    """
    section = None if path is None else getattr(_parsed(path), scheme)
    if section is None:
        with as_file(files("segml.flows") / "defaults" / SHIPPED) as shipped:
            section = getattr(_parsed(shipped), scheme)
    return Playbooks(
        by_tier={tier: _playbook(each) for tier, each in section.by_tier.items()},
        by_rank=tuple(_playbook(each) for each in section.by_rank),
    )


def _playbook(section: PlaybookSection) -> Playbook:
    return Playbook(**section.model_dump())


def _parsed(path: Path) -> PlaybooksFile:
    try:
        return PlaybooksFile.model_validate(read_yaml(path))
    except ValidationError as error:
        faults = [
            f"`{'.'.join(str(part) for part in fault['loc'])}` ({fault['msg']})"
            for fault in error.errors(include_url=False)
        ]
        raise ConfigurationRefused(
            f"`{path.name}` has {len(faults)} fault(s): " + "; ".join(faults),
            allowed="a section a scheme with `by_rank` and `by_tier`, each playbook with team, "
            "seniority, contact_days, service, discount_limit",
            next_step="mend the keys named",
        ) from None

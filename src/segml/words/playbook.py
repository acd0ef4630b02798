"""Playbooks: what a tier's clients are meant to get, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from segml.words.errors import ConfigurationRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """What the clients of one tier are meant to get.

    Parameters
    ----------
    team
        Who looks after them.
    seniority
        How senior that is.
    contact_days
        A visit or call at least once in so many days; None: none is planned.
    service
        What they get besides.
    discount_limit
        The greatest discount, as a share of the list value, that the team may give.
    """

    team: str
    seniority: str
    contact_days: int | None
    service: tuple[str, ...]
    discount_limit: float

    def __post_init__(self) -> None:
        if self.contact_days is not None and not 1 <= self.contact_days <= 36_500:
            raise ValueError("contact_days lies in 1 to 36500")
        if not 0 <= self.discount_limit <= 1:
            raise ValueError("discount_limit lies in [0, 1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbooks:
    """The playbooks of a portfolio: by tier name where one is given, else by place in the order.

    Parameters
    ----------
    by_tier
        Tier name to playbook.
    by_rank
        For tiers without a name here, top first; spread over as many tiers as there are.

    Raises
    ------
    ConfigurationRefused
        If there is none to fall back on.
    """

    by_tier: Mapping[str, Playbook] = field(default_factory=dict)
    by_rank: tuple[Playbook, ...]

    def __post_init__(self) -> None:
        if not self.by_rank:
            raise ConfigurationRefused(
                "playbooks without `by_rank`",
                allowed="at least one playbook for tiers that are not named",
                next_step="add `by_rank`, top first",
            )

    def of(self, tier: str, rank: int, tiers: int) -> Playbook:
        """The playbook of a tier.

        Parameters
        ----------
        tier
            Its name.
        rank
            Its rank, 1 is the top.
        tiers
            How many tiers there are.

        Examples
        --------
        >>> top, low = (
        ...     Playbook(
        ...         team=t, seniority="", contact_days=None, service=(), discount_limit=0
        ...     ) for t in ("key accounts", "web")
        ... )
        >>> books = Playbooks(by_rank=(top, low))
        >>> [books.of("tier", rank, 4).team for rank in (1, 2, 3, 4)]
        ['key accounts', 'key accounts', 'web', 'web']
        """
        if tier in self.by_tier:
            return self.by_tier[tier]
        place = (min(rank, tiers) - 1) * len(self.by_rank) // max(tiers, 1)
        return self.by_rank[place]

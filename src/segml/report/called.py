"""What tiers, columns and kinds of loss are called, in the language spoken."""

from __future__ import annotations

import re
from collections.abc import Sequence

from segml.report.figures import counted, number, percent
from segml.report.language import Phrases, _

TIERS = Phrases(
    {
        name: name
        for name in (
            *("vip", "regular", "problem"),
            *("important", "ordinary", "potential", "small"),
        )
    }
)
_NUMBERED = re.compile(r"(tier|level) ([0-9]+)")


def tier(name: str) -> str:
    """The name of a tier: those of the schemes we ship are translated, a person's own are not.

    Examples
    --------
    >>> tier("tier 2"), tier("vip"), tier("Gold")
    ('tier 2', 'vip', 'Gold')
    """
    found = _NUMBERED.fullmatch(name)
    if found is None:
        return TIERS.get(name, name)
    which, number = found.groups()
    if which == "tier":
        return _("tier {number}", number=number)
    return _("level {number}", number=number)


def together(tiers: Sequence[str]) -> str:
    """Tiers that one expectation is of, joined.

    Examples
    --------
    >>> together(("potential", "small"))
    'potential or small'
    """
    named = [tier(each) for each in tiers]
    return named[0] if len(named) == 1 else _("{one} or {other}", one=named[0], other=named[1])


_INITIAL = re.compile(r"(^|[\s.])[^\W\d_]\.$")


def unstopped(written: str) -> str:
    """A sentence without its full stop, which is none behind an initial.

    Examples
    --------
    >>> unstopped("Prices rose. "), unstopped("now with Petrova A. S.")
    ('Prices rose', 'now with Petrova A. S.')
    """
    kept = written.strip()
    return kept if _INITIAL.search(kept) else kept.rstrip(".")


def names(written: str, about: str) -> bool:
    """Whether what is written of an event says what it was about, in whatever case.

    Examples
    --------
    >>> names("Outage in the North", "north"), names("Outage", "north")
    (True, False)
    """
    return about.casefold() in written.casefold()


def share_range(share: tuple[float, float]) -> str:
    r"""A range of shares; one without an upper end says so.

    Examples
    --------
    >>> share_range((0.05, 0.1)), share_range((0.5, 1.0))
    ('5\xa0% to 10\xa0%', '50\xa0% or more')
    """
    low, high = share
    if high >= 1:
        return _("{share} or more", share=percent(low))
    return _("{low} to {high}", low=percent(low), high=percent(high))


SCOPES = Phrases(
    {
        "category": "category",
        "product": "product",
        "region": "region",
        "industry": "industry",
        "manager": "manager",
    }
)
"""Column that an event is about, to the word before its value."""


def scopes_counted(scope: str, count: int) -> str:
    """How many values of a column an event is about.

    Examples
    --------
    >>> scopes_counted("region", 4)
    '4 regions'
    """
    match scope:
        case "category":
            return counted("{count} category", "{count} categories", count)
        case "product":
            return counted("{count} product", "{count} products", count)
        case "region":
            return counted("{count} region", "{count} regions", count)
        case "industry":
            return counted("{count} industry", "{count} industries", count)
        case "manager":
            return counted("{count} manager", "{count} managers", count)
    return f"{number(count)} {scope}s"


def lost_of_kind(kind: str, count: int) -> str:
    """How many were lost in one way, for the middle of a sentence."""
    if kind == "left":
        return counted("{count} left", "{count} left", count)
    if kind == "shrunk":
        return counted("{count} shrank", "{count} shrank", count)
    return counted("{count} became unprofitable", "{count} became unprofitable", count)

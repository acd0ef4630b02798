"""What a model reads and a ledger cannot give any more, told by the ledger's own names."""

from __future__ import annotations

from segml.bundle import Bundle
from segml.features import CATALOGUE, available, left_out
from segml.ledger import Past
from segml.words.errors import DataRefused

_MIX = "mix"
_NO_COLUMNS = frozenset({"clients", "interactions", "invoices", "events", "serve"})


def require_parts(bundle: Bundle, past: Past) -> None:
    """Do nothing if the ledger has every table and column that the model's features are made of.

    Parameters
    ----------
    bundle
        The model.
    past
        The past of the day to be scored.

    Raises
    ------
    DataRefused
        If a feature cannot be made; the tables and columns that are lacking are named.
    """
    given = {feature.name for feature in available(past)}
    missing = {*bundle.encoder.columns, *bundle.tiers.columns} - given
    of = {feature.name: feature.family for feature in CATALOGUE}
    names = missing | {of[name] for name in missing if name in of}
    parts = {part for name, lacking in left_out(past).items() if name in names for part in lacking}
    parts -= {_MIX}  # which is category and product, and either is named
    if not parts:
        return
    told = ", ".join(f"`{_named(part)}`" for part in sorted(parts))
    raise DataRefused(
        f"the ledger has no {told}, of which {len(missing)} features of the model are made",
        allowed="the tables and columns that the model was trained with",
        next_step="see with `segml check` whether a column was renamed, and map it in "
        "`ledger.<table>.columns`; is it gone for good, train anew",
    )


def _named(part: str) -> str:
    return part if "." in part or part in _NO_COLUMNS else f"transactions.{part}"

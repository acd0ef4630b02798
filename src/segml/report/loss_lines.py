"""One lost client as lines for a terminal: the same facts and sentences as its dossier."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from segml.report import phrases
from segml.report.dossier import LostClient, MoveFact
from segml.report.figures import day, in_a_row, label, money, percent, value
from segml.report.language import _
from segml.report.lost import told_losses
from segml.report.signs import goes_on_sentence, recorded_sentence, signal_sentence, still_sentence
from segml.report.words import evidence_text, loss_sentence, reason_sentence
from segml.words.feature import Feature


def loss_of(
    run: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    client_id: str,
    *,
    names: Mapping[str, str],
    kinds: Mapping[str, str],
) -> LostClient | None:
    """The facts of one client's loss, as its dossier has them; None where it was not lost.

    Parameters
    ----------
    run
        The run.json of the analysis.
    tables
        As for `loss_facts`.
    client_id
        Whose.
    names
        Client id to name.
    kinds
        Feature to driver, symptom or context.
    """
    found = told_losses(run, tables, [client_id], names=names, kinds=kinds)
    return found[0] if found else None


def lost_lines(
    client: LostClient,
    features: Mapping[str, Feature],
    currency: str | None,
    *,
    between: tuple[dt.date, dt.date],
) -> list[str]:
    """The dossier of a lost client in lines.

    Parameters
    ----------
    client
        Its facts.
    features
        Feature name to the feature.
    currency
        Of the money.
    between
        The two dates of the analysis.
    """
    lines = [
        _(
            "Lost key client, by the loss analysis from {start} to {end}:",
            start=day(between[0]),
            end=day(between[1]),
        ),
        loss_sentence(client, currency),
        reason_sentence(client),
        signal_sentence(client, features),
    ]
    if client.left_on:
        lines.append(recorded_sentence(client))
    if client.goes_on:
        lines.append(goes_on_sentence(client.goes_on))
    if client.drivers:
        lines += ["", _("What may have driven it (half a year before, as it began, when lost):")]
        lines += [f"  {_driver(move, features, currency)}" for move in client.drivers]
        still = still_sentence(client, features, currency)
        lines += [f"  {still}"] if still else []
    if client.evidence:
        lines += ["", _("In the ledger:")]
        lines += [
            f"  {_reason(row.reason)}{evidence_text(row, currency)}"
            + (f" [{row.document}]" if row.document else "")
            for row in client.evidence
        ]
    return lines


def _reason(code: str) -> str:
    return "" if code == "unknown" else _("{reason}. ", reason=phrases.REASONS.get(code, code))


def _driver(move: MoveFact, features: Mapping[str, Feature], currency: str | None) -> str:
    values = (move.earlier, move.before, move.after)
    told = " → ".join(value(each, move.feature, features, currency) for each in values)
    named = label(move.feature, features)
    reason = phrases.REASONS.get(move.reason, move.reason)
    part = _(
        "{share} of the loss, {money}", share=percent(move.share), money=money(move.money, currency)
    )
    what = named if values == (None, None, None) else _("{what}: {about}", what=named, about=told)
    return _("{what} ({about})", what=what, about=in_a_row([reason, part]))

"""The facts of each page, worked out from what the reader's desk gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from segml.report import PROSPECTS, LossFacts, LostClient, ReportFacts, advised, foretells
from segml.report.dossier import TOLD_OF
from segml.report.pages import (
    LEAST_PEERS,
    OF_ALL,
    OF_ALL_LOSSES,
    OF_CLIENT,
    OF_LOSSES,
    OF_MONDAY,
    OF_MONDAY_BEFORE,
    OF_SCORES,
    MondayFacts,
    PeerFacts,
    ProfileFacts,
    compared_features,
    lost_facts,
    monday_facts,
    one_loss,
    plain_rows,
    profile_facts,
    told_part,
    whole_facts,
)
from segml.report.table import Table, Tables, Without
from segml.service.desk import COMPANY, Desk, Unseen
from segml.stores import Shelf

OF_LOSS = ("losses", *TOLD_OF, "winback", "successors")
"""The tables of which a lost client's rows are read."""


def monday_of(desk: Desk) -> MondayFacts:
    """What is new."""

    def work() -> MondayFacts:
        held, span = desk.held, desk.losses_span
        tables: Tables = desk.asked(held.scores, ("attention", "decisions"))
        if held.losses is not None:
            told = desk.tables(held.losses, ("losses",))
            tables = {**tables, **told, **_still_lost(desk, desk.asked(held.losses, ("winback",)))}
        now, before = desk.key_clients(OF_MONDAY, OF_MONDAY_BEFORE)
        return monday_facts(
            now,
            before,
            tables,
            days=(held.as_of, held.former_as_of),
            losses_days=(held.losses_told_to, span[1]) if span else None,
            names=desk.names(),
            reasons_of=desk.reasons_of,
            foretells=foretells(held.scores.run),
        )

    return desk.recall("monday", work)


def _still_lost(desk: Desk, tables: dict[str, Table]) -> Tables:
    """The tables without the clients that have ordered since the analysis was made."""
    return {
        name: Without(table, desk.back_among([row["client_id"] for row in table.rows()]))
        for name, table in tables.items()
    }


def whole_of(desk: Desk) -> ReportFacts:
    """The portfolio."""

    def work() -> ReportFacts:
        scores = desk.held.scores
        small = ("features",) if "support" in scores.run else ()
        return whole_facts(
            scores.run,
            desk.clients(),
            {
                **desk.asked(scores, (*OF_SCORES, *small)),
                **desk.tables(scores, OF_ALL),
                **desk.tables(desk.held.losses, ("losses",)),
            },
            features=desk.site.features,
            names=desk.names(),
            reasons_of=desk.reasons_of,
        )

    return desk.recall("whole", work)


def losses_of(desk: Desk, part: slice) -> LossFacts | None:
    """The losses, some of them told one by one; None where none were published."""
    shelf = desk.held.losses
    if shelf is None:
        return None

    def told() -> tuple[LostClient, ...]:
        tables = desk.asked(shelf, OF_LOSSES) | desk.tables(shelf, COMPANY)
        return told_part(shelf.run, tables, desk.names(), features=desk.site.features, part=part)

    lost = desk.recall(("losses", part.start, part.stop), told)
    return replace(_every_loss(desk, shelf), lost=lost)


def _every_loss(desk: Desk, shelf: Shelf) -> LossFacts:
    """All losses together, none of them told alone."""

    def work() -> LossFacts:
        run, mine = shelf.run, desk.asked(shelf, OF_LOSSES)
        if not desk.sees_all and "next" in run and "next_lost" in mine:
            at_risk = mine["next_lost"].sums(("profit_at_risk",))
            run = {**run, "next": {**run["next"], **at_risk}}
        tables = mine | desk.tables(shelf, OF_ALL_LOSSES)
        nobody = slice(0, 0)
        features = desk.site.features
        return lost_facts(run, tables, desk.names(), features=features, part=nobody)

    return desk.recall("losses", work)


def loss_of(desk: Desk, client_id: str) -> LossFacts:
    """All losses, of which one client's alone is told.

    Raises
    ------
    Unseen
        If it was not lost, or may not be seen.
    """
    shelf = desk.held.losses
    if shelf is None or not desk.is_lost(client_id):
        raise Unseen(client_id)
    rows = desk.rows_of(shelf, dict.fromkeys(OF_LOSS), client_id)
    events = {name: plain_rows(each) for name, each in desk.tables(shelf, COMPANY).items()}
    return one_loss(
        _every_loss(desk, shelf), rows | events, desk.names(), features=desk.site.features
    )


def profile_of(desk: Desk, client_id: str) -> ProfileFacts:
    """One client.

    Raises
    ------
    Unseen
        If there is none that may be seen.
    """
    row, held = desk.row(client_id), desk.held
    asked = {
        name: columns
        for name, columns in OF_CLIENT.items()
        if name not in PROSPECTS or row["status"] == "prospect"
    }
    tables = desk.rows_of(held.scores, asked, client_id)
    compared = compared_features(tables["reasons"])
    tables |= _features(desk, held.scores, client_id, compared)
    past = None
    if held.former is not None and held.former_as_of is not None:
        then = _features(desk, held.former, client_id, compared)
        past = (held.former_as_of, then["features"]) if then else None
    told = profile_facts(row, tables, past, peers=_peers(desk, row["industry"]))
    return replace(told, client=advised(told.client, held.scores.run))


def _features(
    desk: Desk, shelf: Shelf, client_id: str, asked: Sequence[str]
) -> dict[str, list[dict[str, Any]]]:
    """A client's values of some features, of those that the run has."""
    columns = [name for name in asked if name in shelf.columns("features")]
    return desk.rows_of(shelf, {"features": columns}, client_id)


def _peers(desk: Desk, industry: object) -> PeerFacts | None:
    """The client's industry; told where there are enough of it, and its past where there were."""
    if not isinstance(industry, str):
        return None
    now, then = desk.industry(industry)
    if now is None or now.clients < LEAST_PEERS:
        return None
    known = then is not None and then.clients >= LEAST_PEERS and then.sales_sum > 0
    return PeerFacts(
        industry=industry,
        clients=now.clients,
        sales=now.sales,
        profit=now.profit,
        risk=now.risk,
        sales_change=now.sales_sum / then.sales_sum - 1 if then and known else None,
    )

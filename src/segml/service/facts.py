"""The facts of each page, worked out from what the reader's desk gives."""

from __future__ import annotations

from segml.report import LossFacts, ReportFacts
from segml.report.pages import (
    LEAST_PEERS,
    OF_ALL,
    OF_ALL_LOSSES,
    OF_CLIENT,
    OF_LOSSES,
    OF_MONDAY,
    OF_SCORES,
    OF_WHOLE,
    MondayFacts,
    PeerFacts,
    ProfileFacts,
    lost_facts,
    monday_facts,
    profile_facts,
    whole_facts,
)
from segml.service.desk import COMPANY, Desk, Unseen


def monday_of(desk: Desk) -> MondayFacts:
    """What is new."""

    def work() -> MondayFacts:
        held, span = desk.held, desk.losses_span
        tables = desk.tables(held.scores, ("attention", "decisions"))
        now, before = desk.key_clients(OF_MONDAY)
        return monday_facts(
            now,
            before,
            tables | desk.tables(held.losses, ("losses", "winback")),
            days=(held.as_of, held.former_as_of, span[1] if span else None),
            names=desk.names(),
            reasons_of=desk.reasons_of,
        )

    return desk.recall("monday", work)


def whole_of(desk: Desk) -> ReportFacts:
    """The portfolio."""

    def work() -> ReportFacts:
        scores = desk.held.scores
        small = ("features",) if "support" in scores.run else ()
        tables = desk.tables(scores, (*OF_SCORES, *OF_ALL, *small))
        return whole_facts(
            scores.run,
            desk.clients(OF_WHOLE),
            tables | desk.tables(desk.held.losses, ("losses",)),
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

    def work() -> LossFacts:
        tables = desk.tables(shelf, (*OF_LOSSES, *OF_ALL_LOSSES))
        run = shelf.run
        if not desk.sees_all and "next" in run and "next_lost" in tables:
            mine = float(tables["next_lost"]["profit_at_risk"].sum())
            run = {**run, "next": {**run["next"], "profit_at_risk": mine}}
        names = desk.names_in(tables)
        return lost_facts(run, tables, names, features=desk.site.features, part=part)

    return desk.recall(("losses", part.start, part.stop), work)


def loss_of(desk: Desk, client_id: str) -> LossFacts:
    """The loss of one client, as a page of losses with it alone.

    Raises
    ------
    Unseen
        If it was not lost, or may not be seen.
    """
    shelf = desk.held.losses
    if shelf is None or not desk.is_lost(client_id):
        raise Unseen(client_id)
    tables = desk.rows_of(shelf, OF_LOSSES, client_id) | desk.tables(shelf, COMPANY)
    roads = desk.tables(shelf, ("lookalikes", "next_lost"))
    if "lookalikes" in roads and "next_lost" in roads:
        pairs, ahead = roads["lookalikes"], roads["next_lost"]
        roads["lookalikes"] = pairs = pairs[pairs["like"] == client_id]
        roads["next_lost"] = ahead[ahead["client_id"].isin(pairs["client_id"])]
    tables |= roads
    names = {**desk.names_in(tables), client_id: desk.row(client_id)["called"]}
    return lost_facts(shelf.run, tables, names, features=desk.site.features, part=slice(None))


def profile_of(desk: Desk, client_id: str) -> ProfileFacts:
    """One client.

    Raises
    ------
    Unseen
        If there is none that may be seen.
    """
    row, held = desk.row(client_id), desk.held
    past = None
    if held.former is not None and held.former_as_of is not None:
        then = desk.rows_of(held.former, ("features",), client_id)
        past = (held.former_as_of, then["features"]) if "features" in then else None
    return profile_facts(
        row,
        desk.rows_of(held.scores, OF_CLIENT, client_id),
        past,
        peers=_peers(desk, row["industry"]),
    )


def _peers(desk: Desk, industry: object) -> PeerFacts | None:
    """The client's industry; told where there are enough of it."""
    if not isinstance(industry, str):
        return None
    now, then = desk.industry(industry)
    if now.clients < LEAST_PEERS:
        return None
    known = then is not None and then.sales_sum > 0
    return PeerFacts(
        industry=industry,
        clients=now.clients,
        sales=now.sales,
        profit=now.profit,
        risk=now.risk,
        sales_change=now.sales_sum / then.sales_sum - 1 if then and known else None,
    )

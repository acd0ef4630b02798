"""Evidence among the records: complaints, requests, visits, unpaid bills and company events."""

from __future__ import annotations

import pandas as pd

from segml.losses.trail import EARLIER_DAYS, RECENT_DAYS, Trail, heaviest

OURS = ("visit", "call")
"""Kinds of contact that the manager begins."""
UNSEEN_DAYS = 60.0
"""Without a visit or call for no longer than this nobody was left alone."""


def without_our_faults(contacts: pd.DataFrame) -> pd.DataFrame:
    """The contacts, but for requests to send goods back that were upheld.

    There the goods were at fault and not the client: it demanded nothing.
    """
    is_fault = contacts["kind"].eq("return_request") & contacts["outcome"].eq("upheld")
    return contacts[~is_fault.to_numpy(dtype=bool)]


def price(trail: Trail) -> pd.DataFrame:
    """Price rises that reached what the client buys, by what they made its year dearer."""
    found = _events(trail, "price_change")
    extra = found["touched"] * found["magnitude"].astype("float64")
    return heaviest(found.assign(told=extra, weight=extra)[extra > 0], "price_rise")


def service(trail: Trail) -> pd.DataFrame:
    """Complaints of the last year, the unsettled and the longest first, and outages."""
    contacts = trail.of_last_year(trail.contacts)
    own = contacts[(contacts["kind"] == "complaint") & (contacts["outcome"] != "rejected")]
    settled = own["resolved_day"].astype("float64").fillna(float(trail.explained_at))
    waited = (settled - own["day"]).clip(upper=float(trail.explained_at) - own["day"])
    own = own.assign(told=waited, weight=settled - own["day"], table="interactions")
    is_open = own["resolved_day"].isna() | (own["resolved_day"] >= trail.explained_at)
    outages = _events(trail, "service_outage")
    return pd.concat(
        [
            heaviest(own[is_open], "complaint_open"),
            heaviest(own[~is_open], "complaint"),
            heaviest(outages.assign(told=float("nan"), weight=outages["day"]), "service_outage"),
        ]
    )


def assortment(trail: Trail) -> pd.DataFrame:
    """Withdrawals of what the client bought, by what it had spent on it in a year."""
    found = _events(trail, "product_withdrawal")
    return heaviest(
        found.assign(told=found["touched"], weight=found["touched"]), "product_withdrawal"
    )


def manager(trail: Trail) -> pd.DataFrame:
    """Changes of its manager, and the last visit or call before the decline, if it was long before.

    A later one tells that somebody came at last, and not that nobody had come; one that came when
    the next was due tells that the client was looked after, unless they had become fewer than in
    the year before.
    """
    changes = _events(trail, "manager_change")
    contacts = trail.contacts
    ours = contacts[contacts["kind"].isin(OURS) & (contacts["day"] < trail.onset)]
    days = ours["day"].drop_duplicates()
    usual = max(float(days.diff().median()) if len(days) > 1 else 0.0, UNSEEN_DAYS)
    last = ours.tail(1).assign(told=float("nan"), table="interactions")
    if (trail.onset - last["day"] > usual).any():
        last = last.assign(text_code="last_contact")
    else:
        border = trail.onset - RECENT_DAYS
        before = days.between(border - EARLIER_DAYS, border - 1).sum()
        missing = before * RECENT_DAYS / EARLIER_DAYS - (days >= border).sum()
        last = last.head(1 if missing >= 1.0 else 0).assign(text_code="contact_seldom")
    changed = changes.assign(told=float("nan"), weight=changes["day"])
    return pd.concat([heaviest(changed, "manager_change"), last])


def payment(trail: Trail) -> pd.DataFrame:
    """Bills of the last year that were paid late or are unpaid, by amount times days.

    Those that were due by when the decline had begun, where there are any: a bill that it left
    unpaid as it went is no reason of its going.
    """
    return _told_of(trail.while_it_began(_owed(trail)))


def unsettled(trail: Trail) -> pd.DataFrame:
    """Its complaints that were not settled yet and its bills that were not paid."""
    found = pd.concat([service(trail), _told_of(_owed(trail))])
    return found[found["text_code"].isin(["complaint_open", "bill_unpaid"])]


def _owed(trail: Trail) -> pd.DataFrame:
    """The bills of the last year that were paid late or are unpaid (`is_open`)."""
    bills = trail.of_last_year(trail.bills.rename(columns={"due_day": "day"}))
    known = bills["paid_day"].where(bills["paid_day"] < trail.explained_at)
    late = known.astype("float64").fillna(float(trail.explained_at)) - bills["day"]
    bills = bills.assign(told=bills["amount"], weight=late * bills["amount"], table="invoices")
    return bills.assign(is_open=known.isna())[(late > 0) & (bills["amount"] > 0)]


def _told_of(owed: pd.DataFrame) -> pd.DataFrame:
    is_open = owed["is_open"].astype(bool)
    return pd.concat(
        [heaviest(owed[is_open], "bill_unpaid"), heaviest(owed[~is_open], "bill_paid_late")]
    )


def competitor(trail: Trail) -> pd.DataFrame:
    """Rivals that entered the client's market, by what it spends on what they sell."""
    found = _events(trail, "competitor_entry")
    return heaviest(
        found.assign(told=found["touched"], weight=found["touched"]), "competitor_entry"
    )


def margin(trail: Trail) -> pd.DataFrame:
    """The latest requests for a discount or a return: by when the decline had begun, if any."""
    contacts = without_our_faults(trail.of_last_year(trail.contacts))
    asked = contacts[contacts["kind"].isin(["discount_request", "return_request"])]
    asked = trail.while_it_began(asked)
    asked = asked.assign(told=float("nan"), weight=asked["day"], table="interactions")
    is_discount = asked["kind"] == "discount_request"
    return pd.concat(
        [
            heaviest(asked[is_discount], "discount_request"),
            heaviest(asked[~is_discount], "return_request"),
        ]
    )


def _events(trail: Trail, kind: str) -> pd.DataFrame:
    """The events of a kind that reached the client in the last year, before the decline began."""
    events = trail.of_last_year(trail.events)
    found = events[(events["kind"] == kind) & (events["day"] <= trail.begun_by)]
    return found.assign(row_key=found["event_id"], table="events")

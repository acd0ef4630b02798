"""What could be tried against each driver, as codes; the report keeps the words.

A lever is what a person can do about a driver. That it worked is not claimed: no ledger says what
would have happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LEVERS: Mapping[str, str] = MappingProxyType(
    {
        "review_care": "bring the care it takes back to what it pays for",
        "cap_discount": "agree on a limit for discounts",
        "settle_demands": "settle what it asks for once, with a frame for later requests",
        "mend_quality": "find out why goods come back, and mend it",
        "settle_complaints": "answer what is open, and faster than before",
        "make_good": "explain the outages and make up for them",
        "visit": "see it in person, and keep to a rhythm",
        "introduce_manager": "let a senior person introduce the new manager",
        "review_prices": "review the prices of what it buys most",
        "agree_terms": "agree on terms of payment",
        "offer_substitute": "offer a substitute for what can no longer be bought",
        "defend_category": "make an offer for its favourite category",
    }
)
"""Lever to what it is."""

LEVER_OF: Mapping[str, str] = MappingProxyType(
    {
        "margin_rate_365": "cap_discount",
        "margin_drop_180": "cap_discount",
        "care_share_365": "review_care",
        "care_rise_180": "review_care",
        "discount_rate_365": "cap_discount",
        "discount_rate_90": "cap_discount",
        "discount_ratchet_180": "cap_discount",
        "demands_180": "settle_demands",
        "demands_rise_180": "settle_demands",
        "returns_365": "mend_quality",
        "returns_share_365": "mend_quality",
        "returns_rise_180": "mend_quality",
        "complaints_180": "settle_complaints",
        "complaints_rise_180": "settle_complaints",
        "complaints_open": "settle_complaints",
        "complaint_open_days": "settle_complaints",
        "complaints_upheld_365": "settle_complaints",
        "resolution_days_365": "settle_complaints",
        "resolution_rise_180": "settle_complaints",
        "support_rise_180": "settle_complaints",
        "outages_90": "make_good",
        "outages_180": "make_good",
        "outages_rise_180": "make_good",
        "attention_drop_180": "visit",
        "contact_silence_over_gap": "visit",
        "minutes_drop_180": "visit",
        "manager_change_days": "introduce_manager",
        "manager_change_freshness": "introduce_manager",
        "price_rise_180": "review_prices",
        "price_over_others_180": "review_prices",
        "price_events_90": "review_prices",
        "price_events_180": "review_prices",
        "price_events_rise_180": "review_prices",
        "overdue_share_365": "agree_terms",
        "overdue_days": "agree_terms",
        "days_late_180": "agree_terms",
        "days_late_rise_180": "agree_terms",
        "late_share_180": "agree_terms",
        "late_share_rise_180": "agree_terms",
        "withdrawn_share_90": "offer_substitute",
        "withdrawals_180": "offer_substitute",
        "withdrawals_365": "offer_substitute",
        "rivals_180": "defend_category",
        "rivals_365": "defend_category",
        "favourite_leakage_180": "defend_category",
    }
)
"""Driver to its lever. A new driver needs a line here (a test counts them)."""

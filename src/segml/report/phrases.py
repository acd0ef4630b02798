"""The phrase of each code, in the language spoken: losses, reasons, actions, tiers."""

from __future__ import annotations

from segml.report.language import Pairs, Phrases

STATUSES = Phrases(
    {"active": "an active client", "lapsed": "a lapsed client", "prospect": "a prospect"}
)
KINDS = Phrases({"left": "left", "shrunk": "shrank", "unprofitable": "became unprofitable"})
KIND_MEANINGS = Phrases(
    {
        "left": "It stopped buying: its silence grew longer than its own rhythm allows",
        "shrunk": "It is not known to have left, but brings at best a fraction of what it brought",
        "unprofitable": "It still buys, but costs more than it brings",
    }
)
REASONS = Phrases(
    {
        "price": "Price",
        "service": "Service",
        "assortment": "Assortment",
        "manager": "Our manager",
        "payment": "Payment",
        "competitor": "Competitor",
        "margin": "Margin pressure",
        "unknown": "Unknown",
    }
)
REASON_MEANINGS = Phrases(
    {
        "price": "our prices rose for what it buys",
        "service": "returns, failures or complaints on our side",
        "assortment": "what it bought was withdrawn or unavailable",
        "manager": "its manager changed, or contact fell below its own normal",
        "payment": "it paid late, or not at all",
        "competitor": (
            "a rival entered its market, or its favourite category fell while others held"
        ),
        "margin": "its discounts, demands or cost to serve grew",
        "unknown": "nothing that the ledger records goes with it beyond chance",
    }
)
ROLES = Phrases(
    {
        "anchor": "Anchor",
        "rising": "Rising",
        "magnet": "Magnet",
        "advisor": "Advisor",
        "special": "Special",
    }
)
ROLE_MEANINGS = Phrases(
    {
        "anchor": "large and steady",
        "rising": "small today, can be large",
        "magnet": "brings others, and may buy little itself",
        "advisor": "gives ideas far more often than others",
        "special": "declared by a person",
    }
)
LEVERS = Phrases(
    {
        "margin": "a profit of the same sales",
        "margin_rate": "a margin rate",
        "spend": "yearly sales",
        "frequency": "a number of orders a year",
        "breadth": "a number of categories a year",
        "care": "a yearly cost of care",
    }
)
"""Lever to what is moved; its target follows."""
ACTIONS = Phrases(
    {
        "contact_now": "Make first contact now",
        "contact": "Make first contact",
        "low_touch": "Little care: it may not pay",
        "decline": "No effort: it costs more than it brings",
        "win_back": "Win back",
        "remind": "Send a reminder",
        "await": "Nothing is due yet",
        "retain": "Call now",
        "keep": "Keep in touch",
        "watch": "Watch",
        "grow": "Offer more",
        "maintain": "Serve as usual",
    }
)
RECOMMENDED = Phrases(
    {
        "contact_now": "to contact now",
        "contact": "to contact",
        "low_touch": "to serve with little care",
        "decline": "to leave alone",
    }
)
SUBJECTS = Phrases(
    {
        "churn": "Risk of no purchase",
        "tier": "Place in its tier",
        "buys": "Chance of a purchase",
        "spends": "Profit if it buys",
    }
)
DIRECTIONS = Pairs(
    {
        "tier": ("speaks for its tier", "speaks against it"),
        "churn": ("raises the risk", "lowers the risk"),
        "buys": ("raises the chance", "lowers the chance"),
        "spends": ("more profit", "less profit"),
    }
)
"""What a contribution above zero, and one below, does to each score."""

SERVED = Phrases(
    {
        "minutes": "time with clients",
        "contacts": "visits and other contacts",
        "order_handling": "handling of orders",
        "return_handling": "handling of returns",
        "commission": "commission",
        "overdue": "overdue bills",
        "bad_debt": "bills written off",
    }
)
"""Part of the cost to serve to what it is."""

DIMENSIONS = Phrases(
    {
        "event": "By event",
        "manager": "By our manager",
        "category": "By category",
        "product": "By product",
        "industry": "By industry",
        "region": "By region",
        "kind": "By kind of loss",
        "quarter": "By quarter in which the decline began",
    }
)
"""Dimension of the losses to the head of its table."""
RESTS = Phrases({"(not recorded)": "not recorded", "(no event)": "no event"})
"""The value of a dimension for what cannot be attributed."""
EVENT_KINDS = Phrases(
    {
        "price_change": "price change",
        "product_withdrawal": "withdrawal from sale",
        "product_launch": "launch",
        "policy_change": "change of policy",
        "manager_change": "change of manager",
        "service_outage": "outage",
        "competitor_entry": "competitor's entry",
    }
)
FAULT_SIGNS = Phrases(
    {
        "complaints_180": "many complaints",
        "complaints_rise_180": "more complaints than before",
        "complaints_open": "complaints left open",
        "complaint_open_days": "complaints left open for long",
        "complaints_upheld_365": "complaints that were right",
        "resolution_days_365": "slow answers to complaints",
        "resolution_rise_180": "answers to complaints that became slower",
        "support_rise_180": "more calls for support than before",
        "outages_90": "outages; no single one stands out",
        "outages_180": "outages; no single one stands out",
        "outages_rise_180": "more outages than before; no single one stands out",
        "price_events_90": "list price rises; no single one stands out",
        "price_events_180": "list price rises; no single one stands out",
        "price_events_rise_180": "more list price rises than before; no single one stands out",
        "price_rise_180": "prices that crept up",
        "price_over_others_180": "prices above those of other clients",
        "withdrawals_180": "withdrawn goods; no single withdrawal stands out",
        "withdrawals_365": "goods withdrawn over a year; no single withdrawal stands out",
        "returns_365": "goods sent back or credited",
        "returns_share_365": "goods sent back or credited",
        "returns_rise_180": "more goods sent back or credited than before",
    }
)
"""Feature behind a fault that no event, manager or product names, to what it is."""
FAULT_PRODUCTS = Phrases(
    {
        "service": "sent back",
        "price": "grown dearer",
        "assortment": "no longer to be had",
    }
)
"""Reason to what happened to a product behind it."""
DIRECTIONS_OF_TREND = Phrases(
    {
        "rising": "The share of key clients lost in a quarter is rising.",
        "falling": "The share of key clients lost in a quarter is falling.",
        "unclear": (
            "Over the quarters the share lost shows no steady rise or fall beyond chance; single "
            "quarters may stand out."
        ),
    }
)
LOSSES_AFTER = Phrases(
    {
        "no_difference": (
            "As many of those it reached were lost as of comparable clients, within chance."
        ),
        "differed_before": (
            "Of the clients it reached more or fewer were lost before it already, so their losses "
            "after it say little."
        ),
    }
)
PROFIT_AFTER = Phrases(
    {
        "no_difference": (
            "The profit of those it reached moved as that of comparable clients, within chance."
        ),
        "differed_before": (
            "The profit of those it reached had moved otherwise before it already, so its course "
            "after it says little."
        ),
    }
)
"""Verdict to what is said of losses, and of profit, where nothing was seen or can be believed."""
SILENT_EVENTS = Phrases(
    {
        "differed_before": (
            "the clients reached fared otherwise before it already, so that nothing can be said"
        ),
        "no_difference": "no change beyond chance",
        "no_comparable": "nobody comparable was spared, so that there is nobody to compare with",
        "too_few_exposed": "too few clients were reached to tell",
        "too_little_time": "too little time before or after it",
    }
)
"""Verdict to why an event is not in the table, the most telling first."""
MODELS = Phrases(
    {
        "segml": "segml",
        "previous": "segml, not retrained",
        "recency": "days since the last order",
        "recency_over_gap": "silence over the own usual gap",
        "rfm_logistic": "RFM logistic regression",
        "bgnbd": "BG/NBD",
        "last_year": "last year, pro rata",
        "bgnbd_gamma": "BG/NBD with Gamma-Gamma",
    }
)
"""What each model or rule of a backtest is called."""
OPTIONS = Phrases(
    {
        "keep": "Keep as it is",
        "may_accept": "Keep, or new terms",
        "reprice": "New terms",
        "release": "Let go",
    }
)
"""What to do with a client below zero; `may_accept`: nobody knows whether it takes new terms."""

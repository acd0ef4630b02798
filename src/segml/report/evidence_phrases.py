"""What each row of evidence is, in the language spoken."""

from __future__ import annotations

from segml.report.language import Pairs

EVIDENCE = Pairs(
    {
        "last_order": ("its last order", "worth"),
        "order_after_onset": ("a late order, after the decline began", "worth"),
        "order_at_a_loss": ("an order that cost more than it brought", "result"),
        "unit_price_above_earlier": ("bought at a higher unit price than before", "paid extra"),
        "discount_above_earlier": ("an order at a higher discount than before", "discount"),
        "margin_below_earlier": ("an order at a lower margin than before", "profit missing"),
        "goods_returned": ("goods sent back or credited", "returned"),
        "favourite_category_less": (
            "it still bought of its favourite category, but less than of all else",
            "missing of it in half a year:",
        ),
        "favourite_category_last": (
            "its last purchase of its favourite category",
            "sales of that category to it, the year before:",
        ),
        "withdrawn_product_last": (
            "its last purchase of a product that is no longer sold",
            "sales of that product to it, in a year:",
        ),
        "short_product_last": ("its last purchase of goods that nobody could buy then", "worth"),
        "price_rise": (
            "we raised prices of what it buys",
            "a year of its purchases became dearer by",
        ),
        "complaint_open": ("it complained, and the complaint was not settled yet", "waiting for"),
        "complaint": ("it complained", "answered after"),
        "service_outage": ("an outage of our service reached it", "worth"),
        "product_withdrawal": (
            "we withdrew what it used to buy",
            "it had spent on that, the year before,",
        ),
        "manager_change": ("its manager changed", "worth"),
        "last_contact": ("our last visit or call before the decline", "worth"),
        "contact_seldom": (
            "our last visit or call before the decline, when they had become fewer",
            "worth",
        ),
        "bill_unpaid": ("a bill fell due that it had not paid", "of"),
        "bill_paid_late": ("a bill fell due that it paid late", "of"),
        "competitor_entry": (
            "a competitor entered its market",
            "it had spent with us on what they sell, the year before,",
        ),
        "discount_request": ("it asked for a discount", "worth"),
        "return_request": ("it asked to send goods back", "worth"),
    }
)
"""Evidence code to what the row is, and what its amount is."""
IN_DAYS = frozenset({"complaint_open", "complaint"})
"""Evidence codes whose amount is days, not money."""

"""Learning what a prospect's first year brings, from the newcomers of the past."""

from __future__ import annotations

import dataclasses

from segml.bundle.record import plain
from segml.features import FIRST_CONTACT, first_contact
from segml.ledger import Ledger
from segml.ledger.price_level import at_todays_prices
from segml.outcomes import LEAST_NEWCOMERS, ProspectModel, fit_prospect
from segml.outcomes.prospect import label
from segml.words.plan import Plan


def learn_prospects(
    ledger: Ledger, as_of: int, plan: Plan
) -> tuple[ProspectModel | None, tuple[str, ...]]:
    """The model of newcomers whose first year was over by a date, and what must be said of it.

    Parameters
    ----------
    ledger
        A checked ledger.
    as_of
        The training's date.
    plan
        With the seed.

    Returns
    -------
    model, notes
        None where too few newcomers have a first year that is over; a note says so.
    """
    past = ledger.past(as_of)
    end = min(as_of, past.last_day + 1)
    seen = ledger.future(ledger.first_day, gap_days=0, horizon_days=max(end - ledger.first_day, 1))
    first, prices = at_todays_prices(label(seen), past)
    over, open_ = int(first["complete"].sum()), int((~first["complete"]).sum())
    if over < LEAST_NEWCOMERS:
        none = (
            f"prospects have no expected profit: the first year of {over} newcomers is over, and "
            f"{LEAST_NEWCOMERS} are needed ({open_} are still in theirs)"
        )
        return None, (none,)
    contact = first_contact(past)
    prospects = contact[contact.index.isin(_prospects(ledger, as_of))]
    model = fit_prospect(contact.loc[first.index], first, prospects, seed=plan.seed, threads=1)
    assert model is not None
    learnt = (
        f"expected profits of prospects are learnt from {over} newcomers whose first year is over; "
        f"{open_} still in theirs tell only how much more or less newcomers bring by now"
    )
    said = [learnt]
    if model.design.left_out:
        labels = {feature.name: feature.label for feature in FIRST_CONTACT}
        left = ", ".join(labels[name] for name in model.design.left_out)
        said.append(f"not used for prospects, as it is not known of most of them: {left}")
    moved = {"amounts": list(prices.amounts), "costs": list(prices.costs)}
    return dataclasses.replace(model, record=plain({**model.record, "prices": moved})), tuple(said)


def _prospects(ledger: Ledger, as_of: int) -> list[str]:
    """The clients known by a date that had not bought anything."""
    sql = "SELECT client_id FROM {clients} WHERE first_day IS NULL"
    return [str(one) for one in ledger.past(as_of).frame(sql)["client_id"]]

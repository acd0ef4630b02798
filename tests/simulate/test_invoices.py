from __future__ import annotations

import numpy as np
import pytest

from segml.simulate.block import Block, Plans
from segml.simulate.clients import TERM_SHARES, TERMS
from segml.simulate.draws import CAUSES
from segml.simulate.invoices import NEVER, Invoices, bill
from segml.simulate.scene import Life, Scene
from segml.simulate.spells import at


@pytest.fixture(scope="module")
def usual(life: Life, plans: Plans) -> Invoices:
    """Bills as they would be paid if nobody were lost, every order of 100."""
    amount = np.full(len(plans.orders.day), 100.0)
    return bill(
        life.clients, life.spells, plans.orders, plans.payments, amount=amount, courses=None
    )


def test_every_order_with_an_amount_has_one_bill(life: Life, plans: Plans) -> None:
    amount = np.zeros(len(plans.orders.day))
    amount[[5, 9]] = [10.0, 20.0]
    found = bill(
        life.clients, life.spells, plans.orders, plans.payments, amount=amount, courses=None
    )
    assert found.order.tolist() == [5, 9]
    assert found.amount.tolist() == [10.0, 20.0]


def test_terms_are_the_clients_own(life: Life, usual: Invoices) -> None:
    terms = life.clients.terms
    assert (usual.due - usual.issued == terms[usual.client]).all()
    shares = [(terms == days).mean() for days in TERMS]
    np.testing.assert_allclose(shares, TERM_SHARES, atol=0.025)


def test_bills_are_paid_by_habit_and_later_when_cash_is_short(
    scene: Scene, life: Life, usual: Invoices
) -> None:
    config = scene.config
    habit = life.clients.habit
    assert habit.mean() == pytest.approx(config["late_days"], abs=0.25)
    assert habit.std() == pytest.approx(4.0, abs=0.15)
    stress = at(life.spells.stress, usual.client, usual.issued)
    late = usual.paid - usual.due
    calm = stress == 0
    own = late[calm] - habit[usual.client[calm]]
    assert own.mean() == pytest.approx(0.0, abs=0.1)
    assert own.std() == pytest.approx(config["late_sigma"], rel=0.03)
    assert (usual.paid[calm] < NEVER).all()
    short = (stress > 0) & (usual.paid < NEVER)
    more = late[short] - habit[usual.client[short]]
    wanted = 37.5 * stress[short].mean()
    assert more.mean() == pytest.approx(wanted, abs=1.5)
    unpaid = (usual.paid[stress > 0] == NEVER).mean()
    expected = 0.04 * stress[stress > 0].mean()
    assert unpaid == pytest.approx(expected, abs=4 * np.sqrt(expected / (stress > 0).sum()))


def test_a_loss_by_payment_ends_in_unpaid_bills(
    block: Block, life: Life, plans: Plans, usual: Invoices
) -> None:
    courses = block.courses
    amount = np.full(len(plans.orders.day), 100.0)
    found = bill(
        life.clients, life.spells, plans.orders, plans.payments, amount=amount, courses=courses
    )
    mine = courses.cause[found.client] == CAUSES.index("payment")
    onset, span = courses.onset[found.client], np.maximum(45, courses.span[found.client])
    far = np.clip((found.due - onset) / span, 0, 1)
    open_then = mine & (usual.paid > onset) & (far > 0)
    done = open_then & (far == 1)
    stress = at(life.spells.stress, found.client, found.issued)
    wanted = 0.75 + 0.04 * stress[done].mean()
    assert (found.paid[done] == NEVER).mean() == pytest.approx(wanted, abs=0.06)
    paid = open_then & (found.paid < NEVER)
    np.testing.assert_array_equal(
        (found.paid - usual.paid)[paid], np.rint(60 * far).astype(int)[paid]
    )
    # who is not lost by payment, and what was paid before the onset, is as it was
    np.testing.assert_array_equal(found.paid[~open_then], usual.paid[~open_then])

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from segml.features import Snapshot

LINES = pd.DataFrame({"client_id": ["a", "b"], "day": [0, 0], "amount": [1.0, 1.0]})


def _contacts(days: list[int], kind: str = "call", minutes: float = 10.0) -> pd.DataFrame:
    return pd.DataFrame({"client_id": "a", "day": days, "kind": kind, "minutes": minutes})


def test_the_drop_is_damped_by_one_contact_and_an_hour(snap: Callable[..., Snapshot]) -> None:
    # 365 days before the last 180 hold 8 calls: 8 x 180 / 365 were expected, one came
    contacts = _contacts([255, 260, 300, 350, 400, 450, 500, 555, 700])
    support = _contacts([650], "support", minutes=50.0)
    made = snap(LINES, 800, interactions=pd.concat([contacts, support])).frame
    expected = 8 * 180 / 365
    assert made.loc["a", "attention_drop_180"] == pytest.approx((expected - 1) / (expected + 1))
    usual = 80 * 180 / 365
    assert made.loc["a", "minutes_drop_180"] == pytest.approx((usual - 60) / (usual + 60))
    assert made.loc["a", "contacts_365"] == 4
    assert made.loc["b", ["attention_drop_180", "minutes_drop_180", "contacts_365"]].eq(0).all()


def test_more_than_usual_is_a_fall_of_the_drop_and_no_more_than_one(
    snap: Callable[..., Snapshot],
) -> None:
    made = snap(LINES, 800, interactions=_contacts([300, *range(700, 740)])).frame
    assert made.loc["a", "attention_drop_180"] == -1


def test_a_table_that_begins_later_has_no_normal(snap: Callable[..., Snapshot]) -> None:
    late = snap(LINES, 800, interactions=_contacts([532, 700])).frame
    assert late[["attention_drop_180", "minutes_drop_180"]].isna().all(axis=None)
    # from 90 days on there is one, over the days on record alone
    soon = snap(LINES, 800, interactions=_contacts([530, 531, 700])).frame
    expected = 2 * 180 / 90
    assert soon.loc["a", "attention_drop_180"] == pytest.approx((expected - 1) / (expected + 1))


def test_a_new_client_has_no_normal(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame({"client_id": ["a", "new"], "day": [0, 700], "amount": [1.0, 1.0]})
    made = snap(rows, 800, interactions=_contacts([100])).frame
    assert np.isnan(made.loc["new", "attention_drop_180"])
    assert made.loc["a", "attention_drop_180"] == 0


def test_silence_is_measured_in_usual_gaps_between_days_with_a_contact(
    snap: Callable[..., Snapshot],
) -> None:
    contacts = _contacts([100, 100, 110, 140, 240])  # gaps 10, 30, 100
    idea = _contacts([290], "idea")
    made = snap(LINES, 300, interactions=pd.concat([contacts, idea])).frame
    assert made.loc["a", "contact_silence_over_gap"] == 60 / 30
    two = snap(LINES, 300, interactions=_contacts([100, 110])).frame
    assert two["contact_silence_over_gap"].isna().all()

import numpy as np
import pytest

from segml.bundle import Bundle
from segml.features import Snapshot, snapshot
from segml.ledger import Ledger
from segml.scoring import SUBJECTS, Subject, take_apart, take_change_apart
from segml.scoring.explanations import between, contributions
from segml.scoring.taking_apart import take_leading_apart


@pytest.fixture(scope="module")
def before(ledger: Ledger, as_of: int, bundle: Bundle) -> Snapshot:
    return snapshot(ledger.past(as_of - 120), bundle.features)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_base_and_parts_sum_to_the_raw_score(
    bundle: Bundle, now: Snapshot, subject: Subject
) -> None:
    parts = take_apart(bundle, now.frame, subject)
    assert parts.error < 1e-6
    assert np.abs(parts.values).max() > 0


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_parts_of_a_change_sum_to_it_and_what_stood_still_has_exactly_zero(
    bundle: Bundle, before: Snapshot, now: Snapshot, subject: Subject
) -> None:
    parts = take_change_apart(bundle, before, now, subject)
    assert parts.error < 1e-6
    assert set(parts.clients) == set(before.frame.index) & set(now.frame.index)
    then = before.frame.loc[parts.clients, list(parts.features)]
    same = (then == parts.data) | (then.isna() & now.frame.loc[then.index, then.columns].isna())
    assert same.any(axis=None)
    assert (parts.values[same.to_numpy()] == 0.0).all()


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_earlier_score_is_the_base_and_the_later_one_is_reached(
    bundle: Bundle, before: Snapshot, now: Snapshot, subject: Subject
) -> None:
    change = take_change_apart(bundle, before, now, subject)
    then = take_apart(bundle, before.frame.loc[change.clients], subject)
    assert np.allclose(change.base, then.raw, rtol=0, atol=1e-9)
    if subject != "tier":  # a margin later on may be of another pair
        later = take_apart(bundle, now.frame.loc[change.clients], subject)
        assert np.allclose(change.raw, later.raw, rtol=0, atol=1e-9)


def test_nothing_changed_nothing_told(bundle: Bundle, now: Snapshot) -> None:
    for subject in SUBJECTS:
        assert (take_change_apart(bundle, now, now, subject).values == 0).all()


@pytest.mark.parametrize("subject", SUBJECTS)
def test_an_explanation_is_of_shaps_own_type_and_its_plot_works(
    bundle: Bundle, now: Snapshot, subject: Subject
) -> None:
    shap = pytest.importorskip("shap", reason="shap is not installed")  # its import warns
    told = contributions(bundle, now, subject)
    assert isinstance(told, shap.Explanation)
    parts = take_apart(bundle, now.frame, subject)
    assert np.array_equal(told.values, parts.values)
    assert np.array_equal(told.base_values, parts.base)
    assert tuple(told.feature_names) == parts.features
    assert told.data.shape == told.values.shape


def test_between_two_dates_is_of_the_same_type(
    bundle: Bundle, before: Snapshot, now: Snapshot
) -> None:
    told = between(bundle, before, now, "churn")
    parts = take_change_apart(bundle, before, now, "churn")
    assert np.array_equal(told.values, parts.values)
    assert np.array_equal(told.base_values, parts.base)


def test_what_fills_a_gap_of_the_ledger_is_told_as_no_clients_figure(
    bundle: Bundle, now: Snapshot
) -> None:
    frame = now.frame.copy()
    known = take_apart(bundle, frame, "tier")
    feature = next(name for name in known.features if frame[name].notna().all())
    frame.loc[frame.index[:3], feature] = np.nan
    told = take_apart(bundle, frame, "tier")
    assert told.data[feature].isna().tolist() == [True] * 3 + [False] * (len(frame) - 3)
    assert np.isfinite(told.values).all()
    leading = take_leading_apart(
        bundle,
        frame,
        {name: np.zeros(len(frame)) for name in SUBJECTS[1:]},
        bundle.tiers.assign(frame),
        top=3,
        clients=len(frame),
    )
    assert leading[0].data[feature].isna().sum() == 3

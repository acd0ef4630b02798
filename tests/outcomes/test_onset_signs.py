from __future__ import annotations

import numpy as np
import pytest

from segml.outcomes import onset_signs
from segml.outcomes.onset_signs import PRIOR_ONSETS, Kinds, Signs, likelihood_ratios


def _sure(cause: np.ndarray, causes: int = 3) -> np.ndarray:
    return np.eye(causes)[cause]


def _made(n: int = 4000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Causes, and levels 0 to 2 that are higher under cause 0."""
    rng = np.random.default_rng(seed)
    cause = rng.integers(0, 3, n)
    return cause, rng.binomial(2, np.where(cause == 0, 0.7, 0.3))


def test_ratios_are_those_of_the_two_distributions() -> None:
    cause, level = _made(200_000)
    ratios = np.exp(Signs(level=level, speaks_for=(0,)).log_ratios(_sure(cause)))
    for at, (own, shared) in enumerate(zip([0.09, 0.42, 0.49], [0.49, 0.42, 0.09], strict=True)):
        assert ratios[level == at, 0] == pytest.approx(own / shared, rel=0.03)


def test_causes_a_sign_does_not_speak_for_share_one_distribution() -> None:
    cause, level = _made()
    logs = Signs(level=level, speaks_for=(0,)).log_ratios(_sure(cause))
    assert not logs[:, 1:].any()


def test_a_ratio_never_falls_with_the_level() -> None:
    cause, level = _made()
    backwards = 2 - level
    logs = Signs(level=backwards, speaks_for=(0,)).log_ratios(_sure(cause))
    assert logs == pytest.approx(0.0, abs=1e-12)
    bent = np.array([0, 2, 1])[level]
    by_level = [
        Signs(level=bent, speaks_for=(0,)).log_ratios(_sure(cause))[bent == at, 0][0]
        for at in range(3)
    ]
    assert by_level[0] < by_level[1] == by_level[2]


def test_a_pooled_ratio_is_still_of_a_distribution() -> None:
    cause, level = _made()
    bent = np.array([0, 2, 1])[level]
    ratios = np.exp(Signs(level=bent, speaks_for=(0,)).log_ratios(_sure(cause))[:, 0])
    others = cause != 0
    usual = np.bincount(bent) / len(bent)
    shared = np.bincount(bent[others]) + PRIOR_ONSETS * usual
    of_level = np.array([ratios[bent == at][0] for at in range(3)])
    assert of_level @ (shared / shared.sum()) == pytest.approx(1.0)


def test_few_onsets_of_a_cause_say_little() -> None:
    level = np.array([2] * 2 + [0] * 500 + [2] * 498)
    shares = _sure(np.array([0] * 2 + [1] * 998))
    logs = Signs(level=level, speaks_for=(0,)).log_ratios(shares)
    assert 0 < logs[0, 0] < 0.12


def test_what_could_not_be_seen_says_nothing_and_counts_for_nothing() -> None:
    cause, level = _made()
    seen = np.arange(len(level)) % 4 > 0
    with_gaps = np.where(seen, level + 1, 0)
    logs = Signs(level=with_gaps, speaks_for=(0,), has_unseen=True).log_ratios(_sure(cause))
    alone = Signs(level=level[seen], speaks_for=(0,)).log_ratios(_sure(cause[seen]))
    assert not logs[~seen].any()
    assert logs[seen].tolist() == alone.tolist()


@pytest.mark.parametrize("level", [0, 5])
def test_a_sign_with_one_level_says_nothing(level: int) -> None:
    sign = Signs(level=np.full(6, level), speaks_for=(0,))
    assert not sign.log_ratios(np.full((6, 3), 1 / 3)).any()


def test_levels_nobody_has_change_nothing() -> None:
    cause, level = _made()
    close = Signs(level=level, speaks_for=(0,)).log_ratios(_sure(cause))
    wide = Signs(level=level * 7, speaks_for=(0,)).log_ratios(_sure(cause))
    assert close.tolist() == wide.tolist()


def test_signs_multiply_and_the_likeliest_cause_has_one() -> None:
    cause, level = _made()
    first = Signs(level=level, speaks_for=(0,))
    second = Signs(level=np.roll(level, 1), speaks_for=(1, 0))
    ratios = likelihood_ratios([first, second], _sure(cause))
    logs = first.log_ratios(_sure(cause)) + second.log_ratios(_sure(cause))
    assert ratios.max(axis=1).tolist() == [1.0] * len(level)
    assert np.log(ratios) == pytest.approx(logs - logs.max(axis=1, keepdims=True))


def test_without_signs_all_causes_are_as_likely() -> None:
    assert likelihood_ratios((), np.full((2, 3), 1 / 3)).tolist() == [[1.0] * 3] * 2


def test_what_is_seen_from_several_days_is_the_mean_of_the_days() -> None:
    cause, level = _made()
    sure = _sure(cause)
    alone = likelihood_ratios([Signs(level=level, speaks_for=(0,))], sure)
    twice = likelihood_ratios([Signs(level=np.stack([level, level]), speaks_for=(0,))], sure)
    assert twice == pytest.approx(alone, rel=1e-9)
    mixed = Signs(level=np.stack([level, np.zeros_like(level)]), speaks_for=(0,))
    logs = np.exp(mixed.log_ratios(sure))
    assert likelihood_ratios([mixed], sure)[:, 1] == pytest.approx(
        np.minimum(1.0, 1.0 / logs.mean(axis=0)[:, 0])
    )
    assert np.ptp(logs[1, :, 0]) == 0.0


@pytest.mark.parametrize(
    ("level", "speaks_for", "said"),
    [
        (np.array([0, -1]), (0,), "whole numbers"),
        (np.array([0.5, 1.0]), (0,), "whole numbers"),
        (np.array([[[0], [1]]]), (0,), "one a client"),
        (np.array([0, 1]), (0, 0), "once"),
    ],
)
def test_signs_that_cannot_be_are_refused(
    level: np.ndarray, speaks_for: tuple[int, ...], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Signs(level=level, speaks_for=speaks_for)


def test_a_kind_speaks_for_the_causes_that_bring_it() -> None:
    rng = np.random.default_rng(0)
    cause = rng.integers(0, 2, 200_000)
    kind = (rng.random(len(cause)) < np.where(cause == 0, 0.8, 0.4)).astype(int)
    logs = Kinds(chance=np.eye(2)[kind]).log_ratios(_sure(cause, 2))
    assert np.exp(logs[:, 0] - logs[:, 1])[kind == 1] == pytest.approx(2.0, rel=0.02)
    assert np.exp(logs[:, 0] - logs[:, 1])[kind == 0] == pytest.approx(1.0 / 3.0, rel=0.02)


def test_a_kind_nobody_can_tell_says_nothing() -> None:
    cause, _ = _made()
    unknown = Kinds(chance=np.full((len(cause), 4), 0.25))
    assert unknown.log_ratios(_sure(cause)) == pytest.approx(0.0, abs=1e-12)


def test_few_declines_of_a_cause_say_little_of_its_kinds() -> None:
    kind = np.array([1] * 2 + [0] * 499 + [1] * 499)
    logs = Kinds(chance=np.eye(2)[kind]).log_ratios(_sure(np.array([0] * 2 + [1] * 998)))
    assert 0.0 < logs[0, 0] < 0.2


def test_a_sign_that_lasts_is_told_among_onsets_exposed_alike() -> None:
    """The habit is there before the onset whatever the cause: it is no second witness."""
    rng = np.random.default_rng(3)
    has_habit = rng.random(8000) < 0.5
    level = (has_habit & (rng.random(8000) < 0.8)).astype(np.int64)
    hazards = np.where(has_habit, 0.6, 0.1)[:, None] * [1.0, 0.0] + [0.0, 0.4]
    alike, lasting = (
        likelihood_ratios([Signs(level=level, speaks_for=(0,), lasts=lasts)], hazards)
        for lasts in (False, True)
    )
    of_habit = [float(np.mean(ratios[has_habit & (level == 1), 1])) for ratios in (alike, lasting)]
    assert of_habit[0] < 0.8
    assert of_habit[1] == pytest.approx(1.0, abs=0.02)


def test_a_sign_that_lasts_speaks_as_loudly_where_only_the_cause_brings_it() -> None:
    cause, level = _made(20_000)
    hazards = 0.98 * _sure(cause) + 0.01
    alike, lasting = (
        likelihood_ratios([Signs(level=level, speaks_for=(0,), lasts=lasts)], hazards)
        for lasts in (False, True)
    )
    loud = (cause == 0) & (level == 2)
    assert alike[loud, 1].max() < 0.25
    assert lasting[loud, 1].mean() == pytest.approx(alike[loud, 1].mean(), rel=0.25)


def _doubtful(n: int = 6000) -> tuple[np.ndarray, np.ndarray]:
    """Shares of two causes that are right as often as they say, and true causes."""
    rng = np.random.default_rng(11)
    of_first = np.where(rng.random(n) < 0.5, 0.6, 0.1)
    shares = np.column_stack([of_first, 1.0 - of_first])
    return shares, (rng.random(n) > of_first).astype(np.int64)


def test_a_sign_that_hardly_errs_is_heard_though_the_others_are_in_doubt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shares, cause = _doubtful()
    rng = np.random.default_rng(12)
    level = (rng.random(len(cause)) < np.where(cause == 0, 0.7, 0.02)).astype(np.int64)
    sign = Signs(level=level, speaks_for=(0,))
    told = sign.log_ratios(shares)[level == 1, 0][0]
    monkeypatch.setattr(onset_signs, "STEPS", 0)
    counted = sign.log_ratios(shares)[level == 1, 0][0]
    truth = np.log(0.7 / 0.02)
    assert counted < 0.4 * truth
    assert counted + 0.5 < told < truth


def test_a_sign_of_nothing_is_counted_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    shares, _ = _doubtful()
    draws = np.random.default_rng(13)
    for _ in range(20):
        sign = Signs(level=draws.integers(0, 4, len(shares)), speaks_for=(0,))
        told = sign.log_ratios(shares)
        with monkeypatch.context() as patched:
            patched.setattr(onset_signs, "STEPS", 0)
            np.testing.assert_array_equal(told, sign.log_ratios(shares))


def test_onsets_without_any_share_teach_nothing_and_break_nothing() -> None:
    logs = Signs(level=np.array([0, 1, 2, 1]), speaks_for=(0,)).log_ratios(np.zeros((4, 2)))
    assert logs == pytest.approx(0.0, abs=1e-12)

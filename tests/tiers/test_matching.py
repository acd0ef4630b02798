"""Names that survive a retrain."""

from __future__ import annotations

import pandas as pd
import pytest

from segml.tiers import match_tiers

ABC = ("a", "b", "c")


def _labels(text: str) -> pd.Series:
    return pd.Series(list(text), index=[f"k{i}" for i in range(len(text))])


def _ranks(text: str) -> pd.Series:
    return _labels(text).astype("int64")


def test_the_same_tiers_keep_their_names() -> None:
    assert match_tiers(ABC, _labels("aabbcc"), _ranks("112233"), number=3) == ABC


def test_a_few_moved_clients_change_no_name() -> None:
    assert match_tiers(ABC, _labels("aaabbbccc"), _ranks("112223333"), number=3) == ABC


def test_a_new_top_tier_gets_a_fresh_name_and_the_rest_keep_theirs() -> None:
    found = match_tiers(ABC, _labels("aaabbbccc"), _ranks("122333444"), number=4)
    assert found == ("tier 1", "a", "b", "c")


def test_a_tier_that_is_gone_leaves_its_name_unused() -> None:
    assert match_tiers(ABC, _labels("aaabccc"), _ranks("1111222"), number=2) == ("a", "c")


def test_a_fresh_name_is_none_the_last_version_used() -> None:
    names = ("tier 1", "tier 2")
    before = _labels("xxyyyy").map({"x": "tier 1", "y": "tier 2"})
    found = match_tiers(names, before, _ranks("112233"), number=3)
    assert found[0] == "tier 1"
    assert set(found) == {"tier 1", "tier 2", "tier 3"}


def test_without_common_clients_equal_numbers_keep_their_names() -> None:
    after = pd.Series([1, 2, 3], index=["x", "y", "z"])
    assert match_tiers(ABC, _labels("abc"), after, number=3) == ABC


def test_with_equal_numbers_names_shift_where_overlaps_say_so() -> None:
    # the old c is gone, a new tier stands above a
    found = match_tiers(ABC, _labels("aaaabbbb"), _ranks("22223333"), number=3)
    assert found == ("tier 1", "a", "b")


def test_a_large_low_tier_does_not_outvote_the_top_ones() -> None:
    before = _labels("a" * 5 + "b" * 15 + "c" * 100)
    after = _ranks("1" * 5 + "2" * 75 + "3" * 40)  # by heads, 60 of c outvote 15 of b, 40 of c
    assert match_tiers(("a", "b", "c"), before, after, number=3) == ABC


def test_the_order_of_names_is_never_broken() -> None:
    # by overlap alone a and b would swap
    found = match_tiers(("a", "b"), _labels("aaabb"), _ranks("22211"), number=2)
    kept = [name for name in found if name in ("a", "b")]
    assert kept == sorted(kept)


def test_row_order_changes_nothing() -> None:
    before, after = _labels("aaabbbccc"), _ranks("122333444")
    found = match_tiers(ABC, before[::-1], after.sample(frac=1, random_state=1), number=4)
    assert found == match_tiers(ABC, before, after, number=4)


@pytest.mark.parametrize("number", [1, 2, 5])
def test_names_are_as_many_as_tiers_and_all_different(number: int) -> None:
    found = match_tiers(ABC, _labels("abc"), _ranks("111"), number=number)
    assert len(set(found)) == number

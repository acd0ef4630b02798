"""Tests that share a world run in one process, whatever pytest and pytest-xdist there are."""

from __future__ import annotations

import gc

import pytest
from tests.conftest import FROZEN, group_of


def test_a_worker_sees_each_test_with_its_group(request: pytest.FixtureRequest) -> None:
    if not hasattr(request.config, "workerinput"):
        return  # one process has every world once anyway
    grouped = [item for item in request.session.items if group_of(item) is not None]
    assert [item.nodeid.rpartition("@")[2] for item in grouped] == [*map(group_of, grouped)]


def test_what_was_collected_is_not_looked_through_for_garbage_any_more(
    request: pytest.FixtureRequest,
) -> None:
    assert gc.isenabled()
    assert request.config.stash[FROZEN] > 10_000

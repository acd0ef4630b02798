"""The summary of what comes is that of the tables, and all of it can be written as JSON."""

from __future__ import annotations

import json

import pytest

from segml.losses import VERDICTS
from segml.losses.dossiers import no_dossiers
from segml.losses.fates import Fates
from segml.losses.outlook import outlook

from .conftest import Ahead


def test_the_summary_adds_up_what_the_tables_tell(ahead: Ahead) -> None:
    told, found = ahead.analysis.summary, ahead.analysis
    assert told["next"]["key_clients"] == len(found.next_lost) > 0
    assert told["next"]["profit_at_risk"] == pytest.approx(found.next_lost["profit_at_risk"].sum())
    assert told["winback_value"] == pytest.approx(found.winback["expected_value"].sum())
    assert json.loads(json.dumps(told["next"])) == told["next"]


def test_every_client_that_left_or_shrank_is_asked_for_a_return_and_no_other(ahead: Ahead) -> None:
    losses, rows = ahead.analysis.losses, ahead.analysis.winback
    gone = losses[losses["kind"].isin(["left", "shrunk"]) & (losses["profit_lost"] > 0)]
    assert set(rows["client_id"]) == set(gone["client_id"])
    assert set(rows["verdict"]) <= set(VERDICTS)
    kinds = rows.set_index("client_id")["kind"]
    assert (kinds == gone.set_index("client_id")["kind"][kinds.index]).all()


def test_who_was_lost_before_the_earlier_date_is_nobody_s_next_loss(ahead: Ahead) -> None:
    first, *others = ahead.analysis.next_lost["client_id"]
    before = Fates(lost={}, lost_before=(first,), stayed=tuple(others))
    coming = outlook(ahead.scene, ahead.books, no_dossiers(), before)
    assert {*coming.frames["next_lost"]["client_id"]} == {*others}


def test_where_nobody_was_lost_there_is_no_road_and_nobody_to_win_back(ahead: Ahead) -> None:
    nobody = Fates(lost={}, lost_before=(), stayed=ahead.scene.key)
    coming = outlook(ahead.scene, ahead.books, no_dossiers(), nobody)
    assert coming.frames["lookalikes"].empty
    assert coming.frames["winback"].empty
    assert len(coming.frames["next_lost"]) == len(ahead.analysis.next_lost)
    assert coming.frames["next_lost"]["reason"].isna().all()

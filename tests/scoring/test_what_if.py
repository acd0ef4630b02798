"""What if: with nothing moved it is the published score, else what the night would give."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from segml.bundle import Bundle
from segml.scoring import Scored, WhatIf, lever_columns, ranges_of


def _of(bundle: Bundle, scored: Scored, client_id: str) -> tuple[WhatIf, pd.Series]:
    row = scored.scores.set_index("client_id").loc[client_id]
    features = scored.features.set_index("client_id").loc[[client_id]]
    held = row["previous_tier"]
    return (
        WhatIf(
            bundle=bundle,
            client=features,
            previous=None if pd.isna(held) else str(held),
        ),
        row,
    )


def _ids(scored: Scored, step: int = 9) -> list[str]:
    active = scored.scores[scored.scores["status"].eq("active")]
    return list(active["client_id"].iloc[::step])


def test_with_nothing_moved_it_is_the_score(bundle: Bundle, scored: Scored) -> None:
    for who in _ids(scored, 3):
        asked, row = _of(bundle, scored, who)
        found = dataclasses.asdict(asked.ask({}))
        for name, value in found.items():
            if isinstance(value, str | int):
                assert value == row[name], (who, name)
            else:
                assert value == pytest.approx(row[name], abs=1e-12), (who, name)


def test_a_move_that_is_told_leads_where_it_is_told(bundle: Bundle, scored: Scored) -> None:
    moves = scored.levers.groupby(["client_id", "direction"])
    tried = 0
    for (who, _direction), rows in list(moves)[::7]:
        asked, row = _of(bundle, scored, who)
        away = np.sign(rows["target"] - rows["value"])
        targets = rows["target"] + away * 1e-6 * rows["target"].abs()  # float32 keeps so much
        found = asked.ask(dict(zip(rows["lever"], targets, strict=True)))
        assert found.tier == rows["to_tier"].iloc[0]
        assert found.tier != row["tier"]
        tried += 1
    assert tried > 10


def test_nothing_but_the_levers_moves(bundle: Bundle, scored: Scored) -> None:
    asked, _row = _of(bundle, scored, _ids(scored)[2])
    before = asked.client.copy()
    asked.ask({"spend": 12345.0})
    pd.testing.assert_frame_equal(asked.client, before)


def test_a_lever_that_the_tiers_do_not_read_is_refused(bundle: Bundle, scored: Scored) -> None:
    asked, _row = _of(bundle, scored, _ids(scored)[2])
    with pytest.raises(KeyError):
        asked.ask({"breadth": 3.0})


def test_every_value_of_today_is_within_its_limits(bundle: Bundle, scored: Scored) -> None:
    status = scored.scores["status"].eq("active").to_numpy()
    ranges = ranges_of(bundle, scored.features.loc[status, list(lever_columns(bundle))])
    for who in _ids(scored):
        asked, _row = _of(bundle, scored, who)
        limits = {each.lever: each for each in asked.limits(ranges, {})}
        assert set(limits) == {each.lever for each in asked.levers}
        for each in asked.levers:
            assert limits[each.lever].low <= each.value <= limits[each.lever].high

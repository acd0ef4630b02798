from __future__ import annotations

import numpy as np
import pytest

from segml.simulate.block import Block
from segml.simulate.courses import COURSES, KIND_OF
from segml.simulate.draws import CAUSES
from segml.simulate.records import REASONS, VAGUE, draw_records
from segml.simulate.scene import Scene


def test_an_end_is_noted_for_a_share_of_those_who_left_after_it(scene: Scene, block: Block) -> None:
    rng = np.random.default_rng(1)
    records = draw_records(rng, scene.config, block.clients, block.courses)
    noted = records.left < scene.config.days
    courses = block.courses
    goes = np.array([name not in KIND_OF for name in COURSES])
    left = (courses.course >= 0) & goes[courses.course]
    over = left & (courses.complete_day() + 45 < scene.config.days)
    assert not noted[~left].any()
    share = scene.config["recorded_end_share"]
    assert noted[over].mean() == pytest.approx(share, abs=4 * np.sqrt(share / over.sum()))
    wait = (records.left - courses.complete_day())[noted]
    assert (wait.min() >= 3, wait.max() <= 45) == (True, True)
    assert [r is not None for r in records.reason] == noted.tolist()


def test_noted_reasons_are_right_as_often_as_said(scene: Scene, block: Block) -> None:
    right = vague = count = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        records = draw_records(rng, scene.config, block.clients, block.courses)
        for i in np.flatnonzero(records.left < scene.config.days):
            cause = CAUSES[block.courses.cause[i]]
            if cause != "unknown":
                count += 1
                right += records.reason[i] == REASONS[cause]
                vague += records.reason[i] in VAGUE
    wrong = scene.config["wrong_reason_share"]
    assert right / count == pytest.approx(1 - wrong, abs=0.03)
    # of the other causes named wrongly one in seven is `no reason given`, which is vague too
    assert vague / count == pytest.approx(wrong * (0.5 + 0.5 / 7), abs=0.03)


def test_the_special_have_a_note(scene: Scene, block: Block) -> None:
    records = draw_records(np.random.default_rng(1), scene.config, block.clients, block.courses)
    assert [note is not None for note in records.note] == block.clients.special.tolist()

"""What people recorded when clients left, beside the reasons that are told without reading it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import segml.losses.recorded_reasons as module
from segml.losses.causes import Learnt
from segml.losses.ends import End
from segml.losses.recorded_reasons import LEAST_CLIENTS, recorded_reasons
from segml.losses.tables import RECORDED_REASONS
from segml.words.feature import REASONS

PRICE, SERVICE = REASONS.index("price"), REASONS.index("service")


def learnt(reasons: np.ndarray) -> Learnt:
    return Learnt(
        clients=(),
        features={},
        events={},
        declined=tuple(f"c{number:04d}" for number in range(len(reasons))),
        reasons=reasons,
        explained=1.0,
        onsets=len(reasons),
        gain=0.1,
        error=0.01,
    )


def shares(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.ones(len(REASONS)), size=count)


def recorded(found: Learnt, texts: list[str | None], *, seed: int = 1) -> pd.DataFrame:
    ends = {
        each: End(19_000 + row, text)
        for row, (each, text) in enumerate(zip(found.declined, texts, strict=True))
    }
    return recorded_reasons(found, ends, seed=seed)


def test_a_text_goes_with_what_is_told_of_its_clients() -> None:
    told = shares(90, seed=1)
    told[:30, PRICE] += 2.0
    told /= told.sum(axis=1, keepdims=True)
    texts: list[str | None] = [*["dear"] * 30, *["moved away"] * 30, *[None] * 30]
    rows = recorded(learnt(told), texts)
    assert list(rows.columns) == list(RECORDED_REASONS)
    assert rows["left_reason"].unique().tolist() == ["dear", "moved away"]
    assert rows["reason"].tolist() == [*REASONS, *REASONS]
    of = rows.set_index(["left_reason", "reason"])
    assert of.loc[("dear", "price"), "share"] == pytest.approx(told[:30, PRICE].mean())
    assert of.loc[("moved away", "service"), "share"] == pytest.approx(told[30:60, SERVICE].mean())
    assert of.loc[("dear", "price"), "usual_share"] == pytest.approx(told[:60, PRICE].mean())
    assert set(rows["clients"]) == {30}
    assert rows["goes_together"].equals(rows["p_adjusted"] < 0.05)
    sure = rows[rows["goes_together"]].set_index("left_reason")
    assert sure.loc[["dear"], "reason"].tolist() == ["price"]
    assert "price" not in sure.loc[sure.index == "moved away", "reason"].tolist()


def test_texts_laid_by_chance_seldom_go_with_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SHUFFLES", 199)
    texts: list[str | None] = [*["a"] * 40, *["b"] * 30, *["c"] * 20, *["d"] * 10]
    found = [
        recorded(learnt(shares(100, seed)), texts, seed=seed)["goes_together"].any()
        for seed in range(300)
    ]
    assert np.mean(found) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / len(found))
    assert any(found)


def test_spellings_of_a_text_are_one_and_a_rare_text_is_not_shown_but_counts() -> None:
    told = shares(40, seed=3)
    texts: list[str | None] = [
        *["Too  dear"] * 4,
        *["too dear"] * 12,
        *["one of a kind"] * (LEAST_CLIENTS - 1),
        *["elsewhere"] * 15,
    ]
    rows = recorded(learnt(told), texts)
    counted = dict(zip(rows["left_reason"], rows["clients"], strict=True))
    assert counted == {"too dear": 16, "elsewhere": 15}
    assert rows["usual_share"].iloc[0] == pytest.approx(told[:, 0].mean())
    assert rows["share"].iloc[0] == pytest.approx(told[:16, 0].mean())


def test_the_order_of_the_clients_changes_nothing_but_chance() -> None:
    told, texts = shares(50, seed=4), [*["a"] * 20, *["b"] * 30]
    told[:20, SERVICE] += 3.0
    told /= told.sum(axis=1, keepdims=True)
    order = np.random.default_rng(5).permutation(50)
    one = recorded(learnt(told), [*texts])
    other = recorded(learnt(told[order]), [texts[row] for row in order])
    plain = ["left_reason", "reason", "clients"]
    assert one[plain].equals(other[plain])
    assert one["share"].to_numpy() == pytest.approx(other["share"].to_numpy())
    assert one["p_adjusted"].to_numpy() == pytest.approx(other["p_adjusted"].to_numpy(), abs=0.06)
    assert recorded(learnt(told), [*texts]).equals(one)


@pytest.mark.parametrize("count", [0, LEAST_CLIENTS - 1])
def test_of_too_few_records_nothing_is_told(count: int) -> None:
    texts = [*["a"] * count, *[None] * (20 - count)]
    rows = recorded(learnt(shares(20, seed=6)), texts)
    assert len(rows) == 0
    assert list(rows.columns) == list(RECORDED_REASONS)
    assert recorded_reasons(None, {}, seed=1).equals(rows)


def test_a_text_that_all_have_goes_with_nothing() -> None:
    rows = recorded(learnt(shares(30, seed=7)), ["no longer a client"] * 30)
    assert rows["share"].to_numpy() == pytest.approx(rows["usual_share"].to_numpy())
    assert not rows["goes_together"].any()

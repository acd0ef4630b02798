"""The page of models: the last backtest in words and bars, and what was done, in each language."""

from __future__ import annotations

import re
from typing import Any

import pytest

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("language", "best", "rule", "note"),
    [
        ("en", "Ranks best: segml.", "silence over the own usual gap", "first version becomes"),
        ("ru", "Лучше всех ранжирует: segml.", "молчание относительно", "первая версия"),
        ("zh", "排序最准：segml。", "沉默", "首个版本"),
    ],
)
def test_the_backtest_stands_in_words_and_bars(
    reader: Any, language: str, best: str, rule: str, note: str
) -> None:
    text = reader("ana").get(f"/models?lang={language}").text
    told = text[text.index('id="backtest"') : text.index('id="trail"')]
    assert best in told
    assert [rule in row for row in re.findall(r"<th scope=.row.>(.*?)</th>", told)] == [False, True]
    # AUCs of 0.8 and 0.7: six and four tenths of the way from chance to perfect, in half percents
    assert re.findall(r'class="bar w(\d+)"', told) == ["120", "80"]
    assert note in text[text.index('id="trail"') :]

"""The chart of a course stays inside its drawing, and its labels never touch."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segml.report.course import LEFT, LETTER, WIDTH, course_chart
from segml.report.language import speaking

DAYS = st.dates(dt.date(2022, 1, 1), dt.date(2024, 12, 31))
NAMES = ("last healthy", "decline", "warning", "lost")


def months(count: int, first: dt.date = dt.date(2022, 1, 1)) -> list[dt.date]:
    return [
        dt.date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1)
        for n in range(count)
    ]


@given(days=st.lists(DAYS, min_size=4, max_size=4))
def test_labels_never_touch_and_stay_inside(days: list[dt.date]) -> None:
    chart = course_chart(
        [(month, 5.0) for month in months(36)],
        onset=None,
        marks=dict(zip(NAMES, days, strict=True)),
    )
    assert {mark.text for mark in chart.marks} == set(NAMES)
    for place, mark in enumerate(chart.marks):
        assert mark.span[0] >= 0
        assert mark.span[1] <= WIDTH
        for other in chart.marks[place + 1 :]:
            apart = mark.span[1] <= other.span[0] or other.span[1] <= mark.span[0]
            assert apart or mark.lane != other.lane


@pytest.mark.parametrize("count", [1, 2, 7, 13, 36, 60])
def test_month_labels_never_touch(count: int) -> None:
    chart = course_chart(
        [(month, 1.0) for month in months(count, dt.date(2022, 5, 1))], onset=None, marks={}
    )
    ticks = chart.months
    assert ticks[0].text == "May 2022"
    for one, other in itertools.pairwise(ticks):
        assert other.place - one.place > LETTER * len(one.text)


@given(values=st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=40))
def test_bars_stay_between_the_levels(values: list[float]) -> None:
    chart = course_chart(list(zip(months(len(values)), values, strict=True)), onset=None, marks={})
    for bar, value in zip(chart.bars, values, strict=True):
        assert chart.top - 0.1 <= bar.y <= bar.y + bar.height <= chart.bottom + 0.2
        assert bar.x >= LEFT
        assert (bar.y >= chart.zero - 0.1) == (value <= 0) or bar.height < 0.2
    assert 2 <= len(chart.levels) <= 6


def test_a_course_of_nothing_still_has_a_scale() -> None:
    chart = course_chart([(dt.date(2024, 1, 1), 0.0)], onset=None, marks={})
    assert [tick.text for tick in chart.levels] == ["0", "1"]


def test_months_from_the_onset_on_are_late() -> None:
    chart = course_chart(
        [(month, 1.0) for month in months(4)], onset=dt.date(2022, 3, 20), marks={}
    )
    assert [bar.late for bar in chart.bars] == [False, False, True, True]


def test_a_day_outside_the_months_or_unknown_has_no_mark() -> None:
    chart = course_chart(
        [(month, 1.0) for month in months(4)],
        onset=None,
        marks={"lost": dt.date(2030, 1, 1), "warning": None, "decline": dt.date(2022, 2, 2)},
    )
    assert [mark.text for mark in chart.marks] == ["decline"]


@pytest.mark.parametrize(("language", "text"), [("en", "2023"), ("ru", "2023"), ("zh", "2023年")])
def test_a_january_is_told_by_its_year_as_the_language_writes_it(language: str, text: str) -> None:
    with speaking(language):
        chart = course_chart([(month, 1.0) for month in months(24)], onset=None, marks={})
    assert text in [tick.text for tick in chart.months]


def test_a_year_goes_before_other_months_where_they_would_touch() -> None:
    with speaking("ru"):
        first = dt.date(2022, 11, 1)
        chart = course_chart([(each, 1.0) for each in months(26, first)], onset=None, marks={})
    texts = [tick.text for tick in chart.months]
    assert texts[0] == "нояб. 2022\u202fг."
    assert "2024" in texts

"""The page and `explain` in every language: whole, with the same figures, nobody else's words."""

from __future__ import annotations

import re
import shutil
import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import segml
from segml.report import figures
from segml.report.language import LANGUAGES, speaking
from segml.scoring.texts import value_text
from segml.words.errors import ConfigurationRefused

OTHERS = [language for language in LANGUAGES if language != "en"]
ENGLISH = re.compile(r"\b(?:the|of|and|with|was|were|its|client|clients|profit|year|days)\b")


def spoken(chain: Any, folder: Path, language: str) -> Path:
    """The chain's world with all it published, its configuration in another language."""
    shutil.copytree(chain.config.parent, folder, dirs_exist_ok=True)
    config = folder / chain.config.name
    text = config.read_text("utf-8")
    config.write_text(f"{text}language: {language}\n", "utf-8")
    return config


def texts(page: str) -> list[str]:
    """What a reader sees: no style, no tags, nothing that is a name, a code or a note of a run."""
    page = re.sub(r"<style>.*?</style>|<bdi>.*?</bdi>|<code>.*?</code>", " ", page, flags=re.S)
    page = re.sub(r'<section id="notes">.*?</section>', " ", page, flags=re.S)
    return [text.strip() for text in re.split(r"<[^>]*>", page) if text.strip()]


@pytest.mark.parametrize("language", OTHERS)
def test_the_page_is_whole_in_every_language(chain: Any, tmp_path: Path, language: str) -> None:
    page = segml.write_report(spoken(chain, tmp_path, language)).path.read_text("utf-8")
    assert f'<html lang="{language}"' in page
    left = [text for text in texts(page) if len(ENGLISH.findall(text)) > 1]
    assert left == []


@pytest.mark.parametrize("language", OTHERS)
def test_explain_tells_the_same_facts_in_every_language(
    chain: Any, tmp_path: Path, language: str
) -> None:
    config = spoken(chain, tmp_path, language)
    client = chain.scored.scored.scores["client_id"].iloc[0]
    day = date(2024, 4, 1)
    here, there = (segml.explain(each, client, as_of=day) for each in (chain.config, config))
    assert here.summary == there.summary
    assert len(here.told) == len(there.told)
    assert not any(len(ENGLISH.findall(line)) > 1 for line in there.told)


def test_figures_are_written_as_each_language_writes_them() -> None:
    said = {}
    for language in LANGUAGES:
        with speaking(language):
            said[language] = (
                figures.money(-1234.5, "EUR"),
                figures.percent(0.125, 1),
                figures.day(date(2025, 3, 12)),
            )
    assert said["en"] == ("−1,234\xa0EUR", "12.5\xa0%", "12\xa0Mar\xa02025")
    assert said["ru"] == ("−1\xa0234\xa0€", "12,5\xa0%", "12\xa0марта\xa02025\u202fг.")
    assert said["zh"] == ("−€1,234", "12.5%", "2025年3月12日")


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "−1.5\xa0points"), ("ru", "−1,5\xa0п.\xa0п."), ("zh", "−1.5个百分点")],
)
def test_a_change_of_a_share_is_told_in_points(language: str, text: str) -> None:
    with speaking(language):
        assert figures.shown(value_text(-0.015, "points")) == text


@pytest.mark.parametrize(("count", "noun"), [(1, "день"), (2, "дня"), (5, "дней"), (21, "день")])
def test_russian_counts_in_three_forms(count: int, noun: str) -> None:
    with speaking("ru"):
        assert figures.days(count).endswith(noun)


def test_two_threads_speak_two_languages_at_once() -> None:
    both, found = threading.Barrier(2), {}

    def say(language: str) -> None:
        with speaking(language):
            both.wait()
            found[language] = {figures.days(5) for _ in range(200)}
            both.wait()

    threads = [threading.Thread(target=say, args=(language,)) for language in ("ru", "zh")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(found[language]) for language in ("ru", "zh")] == [1, 1]
    assert found["ru"] != found["zh"]
    assert figures.days(5) == "5 days"


def test_a_language_there_is_not_is_refused_by_name(chain: Any, tmp_path: Path) -> None:
    config = spoken(chain, tmp_path, "de")
    with pytest.raises(ConfigurationRefused, match="language"):
        segml.read_settings(config)


@pytest.mark.parametrize("language", OTHERS)
def test_a_name_that_is_markup_stays_text_in_every_language(
    chain: Any, tmp_path: Path, language: str
) -> None:
    config = spoken(chain, tmp_path, language)
    text = config.read_text("utf-8")
    name = "columns: {name: \"sql: '<script>alert(1)</script>'\"}"
    config.write_text(text.replace("clients/*.parquet}", f"clients/*.parquet, {name}}}"), "utf-8")
    segml.score(config, as_of="2024-04-01")
    page = segml.write_report(config).path.read_text("utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page

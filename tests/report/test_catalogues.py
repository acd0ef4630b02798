"""Every message has its words in every language, with the same values in them."""

from __future__ import annotations

import importlib.util
import re
import string
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from segml.report.language import ENGLISH, LANGUAGES, catalogue

ROOT = Path(__file__).parents[2]
OTHERS = [language for language in LANGUAGES if language != ENGLISH]
TAG = re.compile(r"</?[a-z]+")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = ROOT / "scripts" / "make_catalogues.py"
    spec = importlib.util.spec_from_file_location("make_catalogues", path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def forms(told: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (told,) if isinstance(told, str) else tuple(told)


def messages(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def values(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_holds_the_messages_of_today_and_no_others(
    script: ModuleType, language: str
) -> None:
    with script.path_of(language).open("rb") as file:
        kept = read_po(file, locale=language, ignore_obsolete=False)
    assert {message.id for message in kept if message.id} == set(script.messages())
    assert not kept.obsolete


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated_and_none_is_doubtful(language: str) -> None:
    plurals = catalogue(language).num_plurals
    for message in messages(language):
        told = forms(message.string)
        assert all(told), message.id
        assert not message.fuzzy, message.id
        assert len(told) == (1 if isinstance(message.id, str) else plurals), message.id


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_values_and_the_tags_of_its_message(language: str) -> None:
    for message in messages(language):
        many = forms(message.id)[-1]
        for told in forms(message.string):
            assert values(told) <= values(many), message.id
            # a form for one may leave its count out
            assert values(many) - values(told) <= {"count"}, message.id
            assert sorted(TAG.findall(told)) == sorted(TAG.findall(many)), message.id


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_is_written_in_its_own_letters(language: str) -> None:
    own = re.compile({"ru": "[а-яА-Я]", "zh": "[\u4e00-\u9fff]"}[language])
    plain = re.compile(r"\{[a-z_]+\}|<[^>]*>|[^A-Za-z]+")
    for message in messages(language):
        words = plain.sub("", forms(message.id)[0])
        if len(words) > 12:
            assert all(own.search(told) for told in forms(message.string)), message.id

"""The language a text is said in: messages of our own catalogues, chosen for one call.

An English sentence is its own key; a catalogue `locale/<code>/LC_MESSAGES/segml.po` holds what it
is in another language, with the same named values. `speaking` chooses the language for what runs
inside it: another thread, and what comes after, are not touched.

To add a language: its code in `LANGUAGES`, its catalogue (`scripts/make_catalogues.py` writes the
empty one), and nothing else; `tests/report/test_catalogues.py` finds what is missing.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.resources import files
from types import MappingProxyType
from typing import TypeVar, cast

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ENGLISH = "en"
LANGUAGES = (ENGLISH, "ru", "zh")
"""Every language there is a catalogue for, and English, which needs none."""

_SPOKEN: ContextVar[str] = ContextVar("segml_language", default=ENGLISH)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Every text made inside is in this language, in this thread alone.

    Parameters
    ----------
    language
        One of `LANGUAGES`.

    Raises
    ------
    ValueError
        If there is no such language.

    Examples
    --------
    >>> with speaking("ru"):
    ...     _("Together")
    'Итого'
    >>> _("Together")
    'Together'
    """
    if language not in LANGUAGES:
        raise ValueError(f"no texts in {language!r}; there are: {', '.join(LANGUAGES)}")
    token = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def spoken() -> str:
    """The code of the language that is spoken now."""
    return _SPOKEN.get()


def _(message: str, /, **values: object) -> str:
    """A message in the language spoken, its values put in.

    Parameters
    ----------
    message
        The English text, with named values in braces.
    values
        What stands there.
    """
    return one_stop(translated(message).format_map(values))


def _n(one: str, many: str, count: float, /, **values: object) -> str:
    """A message in the form that a count takes.

    Parameters
    ----------
    one, many
        The English text for one, and for any other count.
    count
        Which chooses the form; it is no value by itself.
    values
        As for `_`.
    """
    return one_stop(translated_for(one, many, count).format_map(values))


Text = TypeVar("Text", bound=str)


def one_stop(text: Text) -> Text:
    """A text with one full stop where a date's own ends a sentence.

    Examples
    --------
    >>> with speaking("ru"):
    ...     one_stop("Спад начался около 5 мая 2024\u202fг..")
    'Спад начался около 5 мая 2024\u202fг.'
    """
    return cast("Text", text.replace("г..", "г.")) if spoken() == "ru" else text


def paragraph(sentences: Iterable[str]) -> str:
    """Sentences one after the other; no blank between them where a script has none.

    Examples
    --------
    >>> paragraph(["One.", "", "Two."])
    'One. Two.'
    """
    return gap().join(each for each in sentences if each)


def gap() -> str:
    """What stands between two sentences: a blank, or nothing where a script has none.

    Examples
    --------
    >>> gap()
    ' '
    """
    return "" if spoken() in _UNSPACED else " "


_UNSPACED = frozenset({"zh"})
"""Languages that are written without blanks between words."""


def translated(message: str) -> str:
    """A message in the language spoken, with its braces; English where it has no translation."""
    found = _told(message)
    return found if isinstance(found, str) and found else message


def translated_for(one: str, many: str, count: float) -> str:
    """The form for a count in the language spoken, with its braces."""
    forms = _told(one)
    if not isinstance(forms, tuple) or not all(forms):
        return one if count == 1 else many
    return forms[_FORMS[len(forms)][locale().plural_form(count)]]


_FORMS: Mapping[int, Mapping[str, int]] = MappingProxyType(
    {
        1: {"other": 0},
        2: {"one": 0, "other": 1},
        3: {"one": 0, "few": 1, "many": 2, "other": 1},
    }
)
"""How many forms a catalogue has, to the place of each; a broken number takes that of a few."""


def _told(message: str) -> str | tuple[str, ...] | None:
    if spoken() == ENGLISH:
        return None
    found = catalogue(spoken()).get(message)
    if found is None:
        return None
    told = found.string
    return told if isinstance(told, str) or told is None else tuple(told)


@functools.cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)


def locale() -> Locale:
    """How the language spoken writes numbers, money and dates."""
    return _locale(spoken())


@functools.cache
def catalogue(language: str) -> Catalog:
    """The messages of a language; read once a process.

    Parameters
    ----------
    language
        One of `LANGUAGES` but English.
    """
    place = files("segml.report") / "locale" / language / "LC_MESSAGES" / "segml.po"
    with place.open("rb") as file:
        return read_po(file, locale=language)


class Phrases(Mapping[str, str]):
    """Codes to phrases, each said in the language spoken when it is looked up.

    Parameters
    ----------
    english
        Code to the English phrase.
    """

    def __init__(self, english: Mapping[str, str]) -> None:
        self.english = dict(english)

    def __getitem__(self, code: str) -> str:
        return translated(self.english[code])

    def __iter__(self) -> Iterator[str]:
        return iter(self.english)

    def __len__(self) -> int:
        return len(self.english)


class Pairs(Mapping[str, tuple[str, str]]):
    """Codes to two phrases each, said in the language spoken when they are looked up.

    Parameters
    ----------
    english
        Code to the English phrases.
    """

    def __init__(self, english: Mapping[str, tuple[str, str]]) -> None:
        self.english = dict(english)

    def __getitem__(self, code: str) -> tuple[str, str]:
        first, second = self.english[code]
        return translated(first), translated(second)

    def __iter__(self) -> Iterator[str]:
        return iter(self.english)

    def __len__(self) -> int:
        return len(self.english)

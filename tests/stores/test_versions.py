"""The registry as a value: who is champion, who was, who is used for which day."""

import datetime as dt
from hashlib import sha256

import pytest

from segml.stores import Version, Versions
from segml.words.errors import ConfigurationRefused, NoModel

AT = "2011-07-01T00:00:00+00:00"


def version(day: str, salt: str = "") -> Version:
    digest = sha256((day + salt).encode()).hexdigest()
    return Version(
        version=f"{day}-{digest[:10]}",
        as_of=dt.date.fromisoformat(day),
        manifest_digest=digest,
        created=AT,
    )


WINTER, SPRING, SUMMER = (version(day) for day in ("2011-01-01", "2011-04-01", "2011-06-01"))


def registry(*versions: Version) -> Versions:
    value = Versions(portfolio="wholesale")
    for entry in versions:
        value = value.registered(entry, at=AT)
    return value


def statuses(value: Versions) -> dict[str, str]:
    return {entry.as_of.isoformat()[5:7]: entry.status for entry in value.versions}


def test_the_first_version_becomes_champion_and_later_ones_challengers() -> None:
    value = registry(WINTER, SPRING, SUMMER)
    assert value.champion().version == WINTER.version
    assert statuses(value) == {"01": "champion", "04": "challenger", "06": "challenger"}


def test_registering_the_same_version_again_changes_nothing() -> None:
    value = registry(WINTER, SPRING).promoted(SPRING.version, at=AT)
    assert value.registered(WINTER, at=AT) is value


def test_a_promotion_archives_the_former_champion_and_is_recorded() -> None:
    value = registry(WINTER, SPRING).promoted(SPRING.version, at=AT, note="better on key clients")
    assert statuses(value) == {"01": "archived", "04": "champion"}
    last = value.history[-1]
    assert (last.action, last.version, last.before) == (
        "promoted",
        SPRING.version,
        WINTER.version,
    )
    assert last.note == "better on key clients"
    assert value.promoted(SPRING.version, at=AT) is value


def test_rollbacks_walk_back_through_the_champions_one_by_one() -> None:
    value = registry(WINTER, SPRING, SUMMER)
    value = value.promoted(SPRING.version, at=AT).promoted(SUMMER.version, at=AT)
    value = value.rolled_back(at=AT)
    assert statuses(value) == {"01": "archived", "04": "champion", "06": "archived"}
    value = value.rolled_back(at=AT)
    assert statuses(value) == {"01": "champion", "04": "archived", "06": "archived"}
    with pytest.raises(ConfigurationRefused, match="no champion before"):
        value.rolled_back(at=AT)
    assert [change.action for change in value.history[-2:]] == ["rolled_back", "rolled_back"]
    assert statuses(value.promoted(SUMMER.version, at=AT))["06"] == "champion"


def test_a_day_takes_the_newest_version_trained_at_or_before_it() -> None:
    value = registry(SUMMER, WINTER, SPRING)
    assert value.newest_at_or_before(dt.date(2011, 5, 31)).version == SPRING.version
    assert value.newest_at_or_before(dt.date(2011, 4, 1)).version == SPRING.version
    assert value.newest_at_or_before(dt.date(2011, 3, 31)).version == WINTER.version
    with pytest.raises(NoModel, match="earliest is of 2011-01-01"):
        value.newest_at_or_before(dt.date(2010, 12, 31))


def test_of_two_versions_of_one_day_the_champion_wins_and_else_the_later() -> None:
    again, third = version("2011-01-01", "b"), version("2011-01-01", "c")
    value = registry(WINTER, again, third)
    assert value.newest_at_or_before(WINTER.as_of).version == WINTER.version
    value = registry(SUMMER, WINTER, again, third)
    assert value.newest_at_or_before(WINTER.as_of).version == third.version


def test_the_champion_comes_before_a_newer_challenger_where_its_date_allows() -> None:
    value = registry(WINTER, SPRING)
    assert value.champion_at_or_before(dt.date(2011, 5, 1)).version == WINTER.version
    value = value.promoted(SPRING.version, at=AT)
    assert value.champion_at_or_before(dt.date(2011, 2, 1)).version == WINTER.version


def test_a_challenger_that_nobody_promoted_explains_no_losses() -> None:
    value = registry(SPRING).registered(WINTER, at=AT)
    assert value.champion().version == SPRING.version
    assert value.newest_at_or_before(WINTER.as_of).version == WINTER.version
    with pytest.raises(NoModel):
        value.champion_at_or_before(WINTER.as_of)


def test_an_empty_registry_names_the_next_step() -> None:
    with pytest.raises(NoModel, match="segml train"):
        registry().champion()
    with pytest.raises(NoModel, match="nothing was trained yet"):
        registry().newest_at_or_before(WINTER.as_of)
    with pytest.raises(NoModel):
        registry().champion_at_or_before(WINTER.as_of)


def test_an_unknown_version_is_refused_with_the_known_ones() -> None:
    value = registry(WINTER)
    with pytest.raises(ConfigurationRefused, match=WINTER.version):
        value.promoted("2011-01-01-0123456789", at=AT)


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": "../../etc"},
        {"version": "2011-01-01-0123456789"},
        {"as_of": dt.date(2011, 1, 2)},
        {"manifest_digest": "short"},
        {"status": "emperor"},
        {"metrics": {"auc": float("nan")}},
    ],
)
def test_an_entry_that_contradicts_itself_is_none(wrong: dict[str, object]) -> None:
    right = {
        "version": WINTER.version,
        "as_of": WINTER.as_of,
        "manifest_digest": WINTER.manifest_digest,
        "created": AT,
    }
    Version(**right)
    with pytest.raises(ValueError, match="version"):
        Version(**right | wrong)

import pandas as pd
import pytest

from segml.report.language import speaking
from segml.report.outlook import outlook_facts
from segml.report.outlook_words import outlook_sentence

TABLE = pd.DataFrame(
    [
        ("a", 90, 0.2, 0.05, 0.001),
        ("a", 30, 0.41, 0.02, 0.0),
        ("b", 30, 0.5, 0.0, 0.3),
        ("c", 30, 0.5, None, None),
    ],
    columns=["client_id", "horizon_days", "p_churn", "p_up", "p_down"],
)


def _said(client_id: str) -> str:
    said = outlook_sentence(outlook_facts(TABLE, client_id))
    return said.replace("\N{NO-BREAK SPACE}", " ")


def test_a_client_is_told_every_horizon_the_shortest_first() -> None:
    assert _said("a") == (
        "The model's estimate of the chances in 30 and 90 days: an order by then 59 % and 80 %; a "
        "higher tier then 2 % and 5 %; a lower tier then under 1 % and under 1 %."
    )


def test_a_client_of_the_top_tier_is_told_nothing_of_a_higher_one() -> None:
    assert _said("b") == (
        "The model's estimate of the chances in 30 days: an order by then 50 %; a lower tier then "
        "30 %."
    )


def test_what_is_not_known_is_not_told() -> None:
    assert _said("c").endswith("in 30 days: an order by then 50 %.")
    assert _said("nobody") == ""
    assert outlook_facts(None, "a") == ()


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "a higher tier then unknown and under 1 %."),
        ("ru", "более высокий сегмент — неизвестно и менее 1 %."),
        ("zh", "届时升级未知和低于1%。"),
    ],
)
def test_a_horizon_of_which_nothing_is_known_is_told_in_words(language: str, told: str) -> None:
    rows = [("d", 30, 0.5, None, 0.0), ("d", 90, 0.5, 0.001, 0.0)]
    table = pd.DataFrame(rows, columns=list(TABLE.columns))
    with speaking(language):
        said = outlook_sentence(outlook_facts(table, "d"))
    assert said.replace("\N{NO-BREAK SPACE}", " ").endswith(told)

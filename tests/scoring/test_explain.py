import pytest

from segml.scoring import SUBJECTS, ClientFacts, Scored, client_facts
from segml.words.errors import ConfigurationRefused


def facts_of(scored: Scored, status: str) -> ClientFacts:
    client_id = scored.scores.loc[scored.scores["status"].eq(status), "client_id"].iloc[0]
    return client_facts(scored.scores, scored.reasons, scored.clients, client_id=client_id)


def test_the_facts_are_those_published(scored: Scored) -> None:
    facts = facts_of(scored, "active")
    row = scored.scores.set_index("client_id").loc[facts.client_id]
    assert facts.p_churn == row["p_churn"]
    assert facts.tier == row["tier"]
    assert facts.expected_profit == row["expected_profit"]
    assert isinstance(facts.tier_rank, int)
    assert facts.name is not None


def test_each_score_is_taken_apart_exactly(scored: Scored) -> None:
    facts = facts_of(scored, "active")
    assert set(facts.explained) == set(SUBJECTS)
    churn = facts.explained["churn"]
    row = scored.scores.set_index("client_id").loc[facts.client_id]
    assert churn.raw == pytest.approx(row["raw_churn"], abs=1e-9)
    told = churn.base.contribution + churn.rest.contribution
    told += sum(reason.contribution for reason in churn.reasons)
    assert told == pytest.approx(churn.raw, abs=1e-9)
    sizes = [abs(reason.contribution) for reason in churn.reasons]
    assert sizes == sorted(sizes, reverse=True)
    assert all(reason.value_text for reason in churn.reasons)


def test_a_prospect_has_no_churn_probability_and_no_points(scored: Scored) -> None:
    facts = facts_of(scored, "prospect")
    assert facts.p_churn is None
    assert facts.explained["churn"].base.points is None
    assert facts.action == "contact"


def test_an_unknown_client_is_refused_with_the_nearest_id(scored: Scored) -> None:
    with pytest.raises(ConfigurationRefused, match="did you mean `C00001`"):
        client_facts(scored.scores, scored.reasons, scored.clients, client_id="xC00001")


def test_an_id_that_lost_its_leading_zeros_is_found_first(scored: Scored) -> None:
    scores = scored.scores.copy()
    scores.loc[scores.index[0], "client_id"] = "000015"
    with pytest.raises(ConfigurationRefused, match="did you mean `000015`"):
        client_facts(scores, scored.reasons, scored.clients, client_id="15")


def test_a_name_that_one_client_alone_has_stands_for_its_id(scored: Scored) -> None:
    clients = scored.clients.copy()
    clients["name"] = [f"Shop {place}" for place in range(len(clients))]
    clients.loc[clients.index[:5], "name"] = ["Дом  Уют", "Twin", "twin", "C00009", None]

    def found(asked: str) -> str:
        return client_facts(scored.scores, scored.reasons, clients, client_id=asked).client_id

    assert found(" дом уют") == clients["client_id"].iloc[0]
    assert found("C00009") == "C00009"  # an id before a name
    ids = clients["client_id"].iloc[1:3]
    with pytest.raises(ConfigurationRefused, match="2 are called so") as refused:
        found("TWIN")
    assert refused.value.next_step == f"pass one of `{ids.iloc[0]}`, `{ids.iloc[1]}`"
    with pytest.raises(ConfigurationRefused, match="check the id"):
        found("None")

import dataclasses

from segml.bundle import ONE_SEASON, Bundle, card
from segml.ledger import date_of
from segml.words.forest import ForestPlan


def test_the_same_bundle_gives_the_same_card(bundle: Bundle) -> None:
    assert card(bundle) == card(bundle)


def test_the_card_says_data_population_label_validation_limits_and_versions(
    bundle: Bundle,
) -> None:
    text = card(bundle)
    for said in (
        "## Data",
        "no order (returns are none) in the 60 days",
        "begin 2 days after the cut-off",
        "| `auc` |",
        "0.5 is chance",
        "calibrated",
        "**driver**",
        "## How to read the reasons",
        "## Limits",
        "lightgbm ",
        bundle.record.fingerprint[:16],
    ):
        assert said in text, said


def test_every_validation_metric_is_explained_in_words(bundle: Bundle) -> None:
    rows = [line for line in card(bundle).splitlines() if line.startswith("| `")]
    assert rows
    assert all(line.split("|")[3].strip() for line in rows), rows


def test_every_feature_of_the_model_is_on_the_card(bundle: Bundle) -> None:
    text = card(bundle)
    assert all(f"`{name}`" in text for name in bundle.encoder.columns)


def test_markup_in_a_name_is_text_on_the_card(bundle: Bundle) -> None:
    text = card(bundle)
    assert "малый &lt;b&gt;&amp; small" in text
    assert "<b>" not in text


def test_the_card_tells_what_was_shared_with_the_validation(bundle: Bundle) -> None:
    for outcome in (bundle.record.churn, bundle.record.potential):
        kind = outcome.details["folds"]
        held = f"{outcome.details['validated_rows']:,} rows"
        said = {"time and client": "had ended by each", "client": "A season that turns"}[kind]
        assert any(held in line and said in line for line in card(bundle).splitlines())


def test_an_outcome_that_could_not_be_validated_says_so(bundle: Bundle) -> None:
    details = {**bundle.record.churn.details, "folds": "none"}
    churn = dataclasses.replace(bundle.record.churn, details=details)
    record = dataclasses.replace(bundle.record, churn=churn)
    assert "Not validated" in card(dataclasses.replace(bundle, record=record))


def test_the_card_says_on_what_the_interval_rests(bundle: Bundle) -> None:
    seen = bundle.record.churn.details["level_error"]["seen"]
    text = card(bundle)
    assert "four seasons of five" in text
    assert all(f"{date_of(int(day))} {error:+.2f}" in text for day, error in seen.items())
    assert seen or "an assumption stands in" in text


def test_a_history_of_less_than_two_years_says_that_the_level_has_no_season(
    bundle: Bundle,
) -> None:
    assert ONE_SEASON in bundle.record.notes
    assert ONE_SEASON in card(bundle)


def test_the_card_names_the_parameters_of_a_forest_that_are_not_the_defaults(
    bundle: Bundle,
) -> None:
    assert "not grown as by default" not in card(bundle)
    churn = dataclasses.replace(bundle.plan.churn, forest=ForestPlan(extra_trees=False))
    plan = dataclasses.replace(bundle.plan, churn=churn)
    told = card(dataclasses.replace(bundle, plan=plan))
    assert told.count("Its forest is not grown as by default: `extra_trees` false.") == 1


def test_the_card_says_how_steady_reasons_are_tier_by_tier(bundle: Bundle) -> None:
    told = bundle.record.churn.details["steadiness"]
    assert set(told["tiers"]) <= {"all", *bundle.tiers.names}
    assert told["tiers"]["all"]["kept"] > 2 * told["by_chance"]
    text = card(bundle)
    for one in told["tiers"].values():
        assert f"| {one['clients']:,} | {100 * one['kept']:.0f} % | {one['rank']:.2f} |" in text
    assert all(" + ".join(f"`{name}`" for name in group) in text for group in told["alike"])


def test_the_card_says_what_season_the_level_follows(bundle: Bundle) -> None:
    season = bundle.record.churn.details["season"]
    assert f"it moves the log-odds by {season['level']:+.2f}." in card(bundle)
    assert f"A share of {season['share']:.2f}" in card(bundle)
    assert bundle.record.potential.details["season"] is None  # another horizon than churn's
    assert "The level follows no season." in card(bundle)

from segml.bundle import Bundle, card


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

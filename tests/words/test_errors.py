from segml.words.errors import ConfigurationRefused


def test_a_question_ends_without_a_stop_behind_it() -> None:
    asked = ConfigurationRefused("`Nett`", allowed="Net", next_step="did you mean `Net`?")
    assert str(asked) == "Found: `Nett`. Allowed: Net. Next: did you mean `Net`?"

"""How the kinds of resolution check their proof, and how they read. No database."""

import pytest

from claims.models.resolution_kinds import KINDS


@pytest.mark.parametrize(
    ("kind", "proof", "said"),
    [
        ("time", {"first": "2023", "second": "2024-05/.."}, "C-1 speaks of 2023, C-2 of 2024-05 and after."),
        (
            "time",
            {"first": "../2022", "second": "2023/2024"},
            "C-1 speaks of the time until 2022, C-2 of 2023 to 2024.",
        ),
        ("refuted", {"side": "second", "why": "It never came."}, "C-2 is refuted: It never came."),
        ("modality", {"first": "fact", "second": "forecast"}, "C-1 is fact, C-2 is forecast."),
    ],
)
def test_it_reads_as_a_sentence(kind: str, proof: dict[str, str], said: str) -> None:
    assert KINDS[kind].problems(proof) == {}
    assert KINDS[kind].sentence(proof, "C-1", "C-2") == said


def test_every_kind_asks_for_all_of_its_proof_and_for_nothing_else() -> None:
    for kind in KINDS.values():
        assert set(kind.problems({})) == {ask.name for ask in kind.asks}
        assert "odd" in kind.problems({"odd": "x"})


@pytest.mark.parametrize(
    ("kind", "proof", "wrong"),
    [
        ("time", {"first": "2023", "second": "2023"}, "second"),
        ("time", {"first": "2023", "second": "../.."}, "second"),
        ("spread", {"first": "many", "second": "240"}, "first"),
        ("modality", {"first": "fact", "second": "rumour"}, "second"),
        ("refuted", {"side": "both", "why": "x"}, "side"),
        ("genuine", {"tried": "x" * 2_001}, "tried"),
    ],
)
def test_a_proof_that_proves_nothing_is_told(kind: str, proof: dict[str, str], wrong: str) -> None:
    assert wrong in KINDS[kind].problems(proof)

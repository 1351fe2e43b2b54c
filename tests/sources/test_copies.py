"""Near copies of a text, among the sources of a dossier and among texts that are not stored yet."""

import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sources import copies
from sources.copies import make_fingerprints, near_copies, near_copies_among
from sources.models import Dossier, Fingerprint, Resemblance
from sources.shingles import ENGINE
from tests.conftest import make_dossier, make_source

pytestmark = pytest.mark.django_db

STORY = (
    "The foreign ministry said on Tuesday that it had not delivered weapons to either side of the conflict. "
    "A spokeswoman told reporters in the capital that the accusations were without any ground, and that her "
    "government kept its own controls on the export of goods that can be used by armies. Officials of the alliance "
    "had said the day before that they saw signs of deliveries through third countries, and that they would answer. "
    "Analysts pointed to figures of the customs, which show that the trade in machine tools doubled within a year."
)
OTHER = (
    "Farmers in the north have brought in a harvest that is a fifth smaller than the one of last year, the union "
    "said. It blamed a dry spring and the price of fertiliser, and asked for help before the winter. The minister "
    "answered that the budget is closed, but that the banks would be asked to wait for what is owed to them."
)


def test_a_copy_with_edits_and_additions_is_found(dossier: Dossier) -> None:
    story = make_source(dossier, STORY)
    make_source(dossier, OTHER)
    edited = (
        "PARIS (Reuters) – "
        + STORY.replace("Tuesday", "Wednesday").replace("'", "’").upper()
        + " "
        + OTHER[:90]
    )
    found = near_copies(dossier, edited)
    assert [copy.source for copy in found] == [story]
    assert found[0].share > 0.9 > found[0].similarity > 0.5


def test_an_excerpt_is_a_near_copy_of_the_whole(dossier: Dossier) -> None:
    story = make_source(dossier, STORY)
    (copy,) = near_copies(dossier, STORY[205:420])
    assert copy.source == story
    assert copy.of_text > 0.95
    assert copy.of_source < 0.6


def test_chinese_is_compared_by_its_characters(dossier: Dossier) -> None:
    text = "中国外交部发言人毛宁在例行记者会上表示，中方从未向冲突任何一方提供武器，并对军民两用物项出口实行严格管控。"
    source = make_source(dossier, text)
    make_source(
        dossier,
        "农业部门周三表示，北方今年的粮食收成比去年减少五分之一，原因是春季干旱和化肥价格上涨，农民请求政府帮助。",
    )
    assert [copy.source for copy in near_copies(dossier, text.replace("例行", "周二的"))] == [source]


def test_nothing_of_another_dossier_or_in_the_bin_is_found(dossier: Dossier) -> None:
    source = make_source(dossier, STORY)
    make_source(make_dossier("elsewhere"), STORY)
    assert [copy.source for copy in near_copies(dossier, STORY)] == [source]
    assert near_copies(dossier, STORY, leave_out=[source.pk]) == []
    type(source).objects.filter(pk=source.pk).update(binned_at="2026-01-01T00:00Z")
    assert near_copies(dossier, STORY) == []


def test_texts_without_words_and_very_short_ones_resemble_nothing(dossier: Dossier) -> None:
    make_source(dossier, "…")
    make_source(dossier, STORY)
    assert near_copies(dossier, "…") == []
    assert near_copies(dossier, "The foreign ministry said") == []
    assert near_copies_among(["…", "!", STORY]) == []


def test_texts_that_are_not_stored_are_compared_with_each_other() -> None:
    (pair,) = near_copies_among([OTHER, STORY, "Correction: " + STORY])
    assert pair[:2] == (1, 2)
    assert pair[2].of_first == 1


def test_of_many_copies_each_is_compared_with_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "BEST", 2)
    monkeypatch.setattr(copies, "BATCH", 7)
    texts = [f"{STORY} As number {n} has it." for n in range(20)]
    pairs = near_copies_among(texts)
    assert {place for one, other, _ in pairs for place in (one, other)} == set(range(20))
    assert len(pairs) <= 40


def test_fingerprints_of_another_engine_are_made_anew(dossier: Dossier) -> None:
    make_source(dossier, STORY)
    make_source(dossier, STORY + " More.")
    assert make_fingerprints(dossier) == 2
    assert make_fingerprints(dossier) == 0
    Fingerprint.objects.update(engine="rensa 0.1")
    assert make_fingerprints(dossier) == 2
    assert set(Fingerprint.objects.values_list("engine", flat=True)) == {ENGINE}
    assert Resemblance.objects.count() == 1


def test_each_resemblance_is_kept_once_whatever_the_order_they_came_in(dossier: Dossier) -> None:
    rng = random.Random(4)
    texts = [STORY + f" Version {n}." for n in range(6)] + [OTHER]
    for text in rng.sample(texts, len(texts)):
        make_source(dossier, text)
        if rng.random() < 0.5:
            make_fingerprints(dossier)
    make_fingerprints(dossier)
    assert Resemblance.objects.count() == 15


def test_what_it_asks_does_not_grow_with_the_sources(dossier: Dossier) -> None:
    for n in range(3):
        make_source(dossier, STORY + f" Version {n}.")
    make_fingerprints(dossier)
    with CaptureQueriesContext(connection) as few:
        near_copies(dossier, STORY)
    for n in range(3, 9):
        make_source(dossier, STORY + f" Version {n}.")
    make_fingerprints(dossier)
    with CaptureQueriesContext(connection) as many:
        near_copies(dossier, STORY)
    assert len(many) == len(few)

"""Search: folding is the same on both sides, and what is typed never breaks the query."""

import unicodedata

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.models import Dossier, Membership, Source
from sources.search import Search, fold
from tests.conftest import make_source

# Python and PostgreSQL know different editions of Unicode: what both agree on is what has been in it for long.
characters = st.characters(codec="utf-8", exclude_characters="\0").filter(
    lambda character: unicodedata.ucd_3_2_0.category(character) != "Cn"
)
anything = st.text(characters, max_size=40)
lenient = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.django_db
@lenient
@given(anything)
def test_python_and_the_database_fold_alike(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT gainsay_fold(%s)", [text])
        assert cursor.fetchone() == (fold(text),)


@pytest.mark.django_db
@lenient
@given(anything, st.booleans())
def test_whatever_is_typed_is_a_query(words: str, prefix: bool) -> None:
    search = Search(words, ["english", "simple"], prefix=prefix)
    if not search.is_empty:
        list(Source.objects.filter(search.condition()))


def test_a_beginning_is_enough_as_one_types(dossier: Dossier) -> None:
    make_source(dossier, title="Réseaux gaziers")
    search = Search("reseaux gaz", ["english"], prefix=True)
    assert Source.objects.filter(search.condition()).exists()


def test_a_long_text_is_found_to_its_last_word(dossier: Dossier, lead: Membership) -> None:
    text = "plain words here. " * 60_000 + "zanzibar"
    source = make_source(dossier, text, by=lead)
    assert list(Source.objects.matching("zanzibar", ["english"])) == [source]
    assert source.pieces.count() == len(text) // 50_000 + 1


def test_words_beside_typographic_marks_are_found(dossier: Dossier) -> None:
    make_source(dossier, "They spoke of ‘true multilateralism’ – and “no-limits” ties…")
    for words in ("multilateralism", "ties", '"no limits"', "“true multilateralism”"):
        assert Source.objects.matching(words, ["english"]).exists(), words

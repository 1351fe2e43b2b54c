"""Ways round the guards that SQL of the application's own role might find; each is refused or comes to nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from claims.actions.bin import put_in_bin, restore
from claims.actions.review import disclose, take_next, undo_verdict
from claims.models import Claim, Link, Review
from sources.actions.dossier import edit_dossier
from sources.models import Dossier, Membership, Source
from tests.conftest import entered, make_claim, make_member, make_pair, make_review, make_source

CLAIM = """
INSERT INTO public.claims_claim (dossier_id, number, version, external_id, extra, source_id, quote, start, "end",
    statement, via, asserted, about, modality, config)
VALUES (%s, %s, 1, '', '{}', %s, %s, 0, 5, 'x', '', '', '', '', 'simple')
"""


def sql(statement: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def refused(attempt: Callable[[], None]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        attempt()


@pytest.fixture
def claim(dossier: Dossier, analyst: Membership) -> Claim:
    return make_claim(make_source(dossier, by=analyst), by=analyst)


def test_a_temporary_source_does_not_stand_in_for_ours(claim: Claim) -> None:
    sql("CREATE TEMP TABLE sources_source AS SELECT id, 'a lie'::text AS text FROM public.sources_source")
    refused(lambda: sql(CLAIM, claim.dossier_id, 77, claim.source_id, "a lie"))


def test_a_temporary_counter_gives_no_number_again(claim: Claim) -> None:
    Claim.objects.filter(pk=claim.pk).delete()
    sql(
        "CREATE TEMP TABLE sources_counter AS SELECT id, dossier_id, letter, 0 AS last FROM public.sources_counter"
    )
    refused(lambda: sql(CLAIM, claim.dossier_id, 1, claim.source_id, claim.source.text[:5]))


def test_a_temporary_history_takes_nothing_from_ours(claim: Claim) -> None:
    events = apps.get_model("claims", "ClaimEvent")._default_manager
    before = events.count()
    sql("CREATE TEMP TABLE claims_claimevent (LIKE public.claims_claimevent)")
    sql("UPDATE public.claims_claim SET statement = 'rewritten'")
    sql("DROP TABLE pg_temp.claims_claimevent")
    assert events.count() == before + 1


def test_a_source_is_not_swapped_under_its_claims(claim: Claim) -> None:
    columns = (
        "dossier_id, version, external_id, extra, title, outlet, author, url, published, language, "
        "reliability, config"
    )
    refused(
        lambda: sql(
            f"WITH old AS (DELETE FROM sources_source RETURNING *) "
            f"INSERT INTO sources_source (id, number, text, {columns}) "
            f"SELECT id, number + 100, 'other', {columns} FROM old"
        )
    )
    assert Source.objects.get().text == claim.source.text


def test_a_dossier_made_anew_does_not_count_from_the_start(dossier: Dossier) -> None:
    columns = "id, uid, slug, name, question, language, reviews_needed, version, extra"

    def again() -> None:
        sql("CREATE TEMP TABLE kept AS SELECT * FROM sources_dossier")
        sql("DELETE FROM sources_dossier")
        sql("DELETE FROM sources_counter")
        sql(f"INSERT INTO sources_dossier ({columns}) SELECT {columns} FROM kept")

    refused(again)


def test_whoever_read_the_verdicts_is_not_handed_the_link_when_it_opens_again(
    dossier: Dossier, analyst: Membership, reviewer: Membership, lead: Membership
) -> None:
    link = make_pair(dossier, by=analyst)
    for person in (analyst, reviewer):
        make_review(link, by=person)
    third = make_member(dossier, "third", "reviewer")
    assert third.user
    disclose(entered(third.user, dossier), [link])
    undo_verdict(link=link, by=reviewer)
    edit_dossier(dossier, changes={"reviews_needed": 3}, version=dossier.version)
    assert take_next(dossier=dossier, person=third) is None
    assert take_next(dossier=dossier, person=lead) == link
    assert Review.objects.count() == 1


def test_nothing_is_recorded_of_a_link_that_is_hidden(
    dossier: Dossier, analyst: Membership, reviewer: Membership
) -> None:
    link = make_pair(dossier, by=analyst)
    make_review(link, by=analyst)
    assert reviewer.user
    disclose(entered(reviewer.user, dossier), [link])
    assert take_next(dossier=dossier, person=reviewer) == link


def test_restoring_waits_for_the_bin_of_what_it_rests_on(
    dossier: Dossier, lead: Membership, django_assert_num_queries: object
) -> None:
    link = make_pair(dossier, by=lead)
    assert lead.user
    access = entered(lead.user, dossier)
    put_in_bin(link, access=access)
    with connection.execute_wrapper(_locks_ground_first()):
        restore(link, access=access)
    assert not Link.objects.get().is_binned


def _locks_ground_first() -> Callable[..., Any]:
    order: list[str] = []

    def watch(execute: Callable[..., Any], query: str, params: Any, many: bool, context: Any) -> Any:
        if "FOR NO KEY UPDATE" in query:
            order.append(query.split('FROM "')[1].split('"')[0])
            assert order in (
                ["claims_claim"],
                ["claims_claim"] * 2,
                ["claims_claim", "claims_claim", "claims_link"],
            )
        return execute(query, params, many, context)

    return watch

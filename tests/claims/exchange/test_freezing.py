"""Freezing: what a set holds never changes, is made anew in every format, and tells no reviewer what she must judge."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection

from claims.actions.annotated_set import withdraw
from claims.exchange.freezing import Description, Split, as_everybody, freeze, kept_file, make_file
from claims.exchange.gainsay import GAINSAY
from claims.exchange.registry import FORMATS
from claims.exchange.selection import Selection
from claims.exchange.spool import kept_bytes
from claims.models import AnnotatedSet, Link, SetChunk, SetFile, SetLink
from claims.querysets.link import LinkQuerySet
from sources.access import Access
from sources.models import Dossier, Membership, Source
from tests.around import empty, refused, run
from tests.claims.exchange.files import Line, bring_in, claim, lines_of, link, review, source
from tests.conftest import entered, make_dossier

SPLIT = Split(by="date", shares=(50, 25, 25), seed=7)


def stories(count: int = 6) -> list[Line]:
    """Links within stories, each with a source and a copy of it; every second is settled, one other disputed."""
    lines: list[Line] = []
    for n in range(1, count + 1):
        lines += [
            source(f"S-{2 * n - 1}", published=f"202{n % 10}"),
            source(f"S-{2 * n}", published=f"202{n % 10}"),
            claim(f"C-{2 * n - 1}", on=f"S-{2 * n - 1}"),
            claim(f"C-{2 * n}", "March", on=f"S-{2 * n}"),
            link(f"L-{n}", f"C-{2 * n - 1}", f"C-{2 * n}", rationale=f"Story {n}."),
            review(f"L-{n}", "mira", note=f"zanzibar {n}"),
        ]
        if n % 2 == 0:
            lines.append(review(f"L-{n}", "tom"))
    return [*lines, review("L-1", "tom", "supports")]


@pytest.fixture
def access(dossier: Dossier, lead: Membership) -> Access:
    bring_in(dossier, *stories())
    assert lead.user
    return entered(lead.user, dossier)


def links_of(access: Access) -> LinkQuerySet:
    return Link.objects.live().filter(dossier=access.dossier)


def frozen(access: Access, links: LinkQuerySet | None = None, **said: object) -> AnnotatedSet:
    given = {"name": "Pairs", "purpose": "To test.", "licence": "CC-BY-4.0", "authors": "Lea", **said}
    chosen = links_of(access) if links is None else links
    return freeze(access, chosen, Description(**given))  # type: ignore[arg-type]


def content(one: AnnotatedSet, name: str = "gainsay") -> bytes:
    file = kept_file(one, name)
    assert file
    return b"".join(kept_bytes(file))


def test_it_holds_the_links_with_what_they_rest_on_and_says_so(access: Access) -> None:
    one = frozen(access)
    lines = lines_of(content(one))
    assert [line["id"] for line in lines if line["type"] == "link"] == [f"L-{n}" for n in range(1, 7)]
    assert one.counts == {"sources": 12, "speakers": 0, "claims": 12, "links": 6, "reviews": 6}
    assert one.balance == {"contradicts": 3, "supports": 0, "neither": 0, "unsettled": 3}
    assert one.agreement["links_used"] == 3
    assert one.agreement["figures"]["raw_agreement"]["value"] == 1
    assert (
        one.agreement["figures"]["krippendorff_alpha"]["why"]
        == "every verdict is the same, so chance alone would agree as well"
    )
    assert one.sha256 == sha256(content(one)).hexdigest()
    assert (one.cited, one.number, one.version) == ("A-1", 1, 1)
    assert one.sha256 in one.citation
    assert one.citation.startswith("Lea (")


def test_numbers_run_on_and_versions_run_by_name(access: Access) -> None:
    made = [frozen(access), frozen(access, name="Others"), frozen(access)]
    assert [(one.number, one.version) for one in made] == [(1, 1), (2, 1), (3, 2)]


def test_of_what_is_not_settled_it_tells_nothing(access: Access) -> None:
    """Everybody may read it, so that the lead who froze it may know more makes no difference."""
    make_lead_judge = bring_in(access.dossier, review("L-3", "lead", "neither", note="zanzibar too"))
    assert make_lead_judge.brought["review"] == 1
    one = frozen(access)
    lines = content(one)
    assert all(f"zanzibar {n}".encode() not in lines for n in (1, 3, 5))
    assert b"zanzibar too" not in lines
    assert b"zanzibar 2" in lines
    for name in ("nli", "csv"):
        make_file(one, FORMATS[name])
        for trace in (b"disputed", b"proposed"):
            assert trace not in content(one, name)
    states = [json.loads(line)["state"] for line in content(one, "nli").splitlines()]
    assert states == ["in review", "settled"] * 3


def test_a_thousand_edits_later_every_format_is_what_it_was(access: Access) -> None:
    one = frozen(access, split=SPLIT)
    first, nli_before = content(one), content_of_new(one, "nli")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE claims_claim SET statement = statement || ' edited'")
        cursor.execute(
            "UPDATE claims_link SET rationale = 'edited', kind = 'neither', contradiction_type = ''"
        )
        cursor.execute(
            "DELETE FROM claims_review WHERE reviewer_id NOT IN (SELECT person_id FROM claims_disclosure)"
        )
        cursor.execute("UPDATE sources_source SET title = 'edited'")
        cursor.execute("UPDATE sources_dossier SET name = 'edited', reviews_needed = 5")
    access.dossier.refresh_from_db()
    assert content(one) == first
    assert sha256(content(one)).hexdigest() == AnnotatedSet.objects.get().sha256
    assert content(one, "nli") == nli_before
    csv = content_of_new(one, "csv")
    assert b"edited" not in csv
    assert b"settled" in csv


def content_of_new(one: AnnotatedSet, name: str) -> bytes:
    make_file(one, FORMATS[name])
    return content(one, name)


def test_every_format_can_be_made_and_leaves_nothing_but_its_file(access: Access) -> None:
    one = frozen(access, split=SPLIT)
    before = Dossier.objects.count(), Link.objects.count(), Source.objects.count()
    for name, chosen in FORMATS.items():
        if not chosen.missing():
            file = make_file(one, chosen)
            assert file == make_file(one, chosen), "it is made once"
            assert file.size == len(content(one, name)) > 0, name
    assert before == (Dossier.objects.count(), Link.objects.count(), Source.objects.count())


def test_what_was_frozen_comes_back_in_as_it_was(access: Access) -> None:
    one = frozen(access, split=SPLIT)
    again = make_dossier("again")
    bring_in(again, content(one))
    assert b"".join(GAINSAY.write(Selection.of(again))).split(b"\n", 1)[1] == content(one).split(b"\n", 1)[1]


def test_copies_of_one_story_never_cross(access: Access, lead: Membership) -> None:
    first, last = (Source.objects.get(number=number) for number in (1, 11))
    origin = access.dossier.origins.create(number=1)
    Source.objects.filter(pk__in=[first.pk, last.pk]).update(origin=origin)
    one = frozen(access, split=SPLIT)
    parts = dict(SetLink.objects.values_list("number", "part"))
    assert parts[1] == parts[6], "the oldest and the newest share an origin"
    assert set(parts.values()) == {"train", "dev", "test"}
    told = {line["id"]: line["extra"]["split"] for line in lines_of(content(one)) if line["type"] == "link"}
    assert told == {f"L-{number}": name for number, name in parts.items()}
    assert sum(each["links"] for each in one.split["parts"].values()) == 6
    again = frozen(access, split=SPLIT)
    assert dict(SetLink.objects.filter(annotated_set=again).values_list("number", "part")) == parts


def test_a_split_that_leaves_a_part_empty_is_refused_and_says_what_it_would_give(access: Access) -> None:
    origin = access.dossier.origins.create(number=1)
    Source.objects.filter(dossier=access.dossier).update(origin=origin)
    with pytest.raises(ValidationError, match="would give 6 to train, 0 to dev, 0 to test"):
        frozen(access, split=SPLIT)
    assert not AnnotatedSet.objects.exists()
    whole = frozen(access, split=Split(by="date", shares=(100, 0, 0), seed=7))
    assert whole.split["parts"]["train"]["links"] == 6


def test_nothing_is_frozen_of_nothing(access: Access) -> None:
    with pytest.raises(ValidationError, match="nothing to freeze"):
        frozen(access, links_of(access).none())
    assert not AnnotatedSet.objects.exists()


def test_everybody_knows_no_state_but_settled(access: Access) -> None:
    reader = as_everybody(access)
    assert links_of(access).in_shown_state(reader, "settled").count() == 3
    assert links_of(access).in_shown_state(reader, "disputed").count() == 0
    assert links_of(access).in_shown_state(reader, "in review").count() == 3


def _attempts(one: AnnotatedSet) -> Iterator[tuple[str, str]]:
    yield "UPDATE claims_annotatedset SET name = 'other'", "never changes"
    yield (
        "UPDATE claims_annotatedset SET sha256 = 'other', withdrawn_reason = 'x', withdrawn_at = now()",
        "never changes",
    )
    yield "DELETE FROM claims_annotatedset", "never deleted"
    for table in ("setlink", "setfile", "setchunk"):
        yield f"DELETE FROM claims_{table}", "never changes"
        yield f"UPDATE claims_{table} SET id = id", "never changes"
    yield (
        "INSERT INTO claims_setchunk (file_id, position, data) SELECT id, 9, 'x' FROM claims_setfile",
        "nothing is added",
    )
    yield (
        f"INSERT INTO claims_setlink (annotated_set_id, number, link, verdict, part) VALUES ({one.pk}, 99, 1, '', '')",
        "no link is added",
    )
    yield (
        "INSERT INTO claims_setfile (annotated_set_id, format, size, sha256, at) "
        f"VALUES ({one.pk}, 'csv', 5, 'x', now())",
        "pieces of a file",
    )


def test_the_database_refuses_every_change(access: Access) -> None:
    one = frozen(access)
    for statement, words in _attempts(one):
        with refused(words):
            run(statement)
    for table in ("annotatedset", "setlink", "setfile", "setchunk", "annotatedsetevent"):
        with refused("refused"):
            empty(f"claims_{table}")
    assert SetChunk.objects.count() == SetFile.objects.count() == 1


def test_its_history_says_who_froze_and_withdrew_it(access: Access) -> None:
    one = frozen(access)
    withdraw(one, access=access, reason="A mistake.")
    events: Any = apps.get_model("claims", "AnnotatedSetEvent")
    kept = list(events.objects.filter(pgh_obj_id=one.pk).order_by("pgh_id"))
    assert [(event.pgh_label, event.by_id, event.withdrawn_reason) for event in kept] == [
        ("insert", one.by_id, ""),
        ("update", one.by_id, "A mistake."),
    ]


def test_the_database_refuses_a_set_whose_content_is_not_there(access: Access) -> None:
    one = frozen(access)
    one.pk, one.number, one.version = one.pk + 1000, 2, 2
    with refused("not what it is said to be"):
        one.save(force_insert=True)
    one.number = 5
    with refused("not the next number", "23505"):
        one.save(force_insert=True)

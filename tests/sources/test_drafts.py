"""Drafts: kept for one person, read anew, confirmed once, gone after a week."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from claims.actions.intake import carrying_over
from sources.actions.draft import (
    NotBroughtIn,
    confirm_drafts,
    draft_file,
    draft_pasted,
    drop_draft,
    edit_draft,
    read_draft_again,
    take_up_draft,
)
from sources.actions.source import HereAlready, bring_in_source, create_source
from sources.intake.draft import IntakeError
from sources.models import Dossier, Draft, Membership, Source
from sources.tasks import clear_what_expired
from tests.conftest import make_dossier, make_source

RUSSIAN = "Привет, мир. Это короткая заметка о торговле двух стран.\n" * 3


@pytest.fixture
def drafted(dossier: Dossier, analyst: Membership) -> Draft:
    return draft_pasted(dossier=dossier, by=analyst, text="A headline\n\nThe text.\n")


def test_pasted_text_keeps_every_character(dossier: Dossier, analyst: Membership) -> None:
    text = "\n  A headline \r\n\r\nThe text.\t\n\n"
    draft = draft_pasted(dossier=dossier, by=analyst, text=text)
    draft.refresh_from_db()
    assert draft.text == "\n  A headline \n\nThe text.\t\n\n"
    assert draft.title == "A headline"
    assert draft.name == "Pasted text"
    assert draft.original is None


def test_confirmed_draft_is_a_source_and_gone(drafted: Draft, analyst: Membership) -> None:
    edit_draft(drafted, changes={"outlet": "The Paper", "published": "2023-01", "reliability": "B"})
    (source,) = confirm_drafts([drafted], by=analyst, carry_over=carrying_over(analyst))
    source.refresh_from_db()
    assert (source.text, source.title, source.outlet) == (drafted.text, "A headline", "The Paper")
    assert (source.published, source.reliability, source.by) == ("2023-01", "B", analyst)
    assert not Draft.objects.exists()


def test_second_click_makes_no_second_source(drafted: Draft, analyst: Membership) -> None:
    assert len(confirm_drafts([drafted], by=analyst, carry_over=carrying_over(analyst))) == 1
    assert confirm_drafts([drafted], by=analyst, carry_over=carrying_over(analyst)) == []
    assert Source.objects.count() == 1


def test_all_are_confirmed_or_none(dossier: Dossier, drafted: Draft, analyst: Membership) -> None:
    other = draft_pasted(dossier=dossier, by=analyst, text="Another text.")
    here = create_source(dossier=dossier, by=analyst, text="Another text.")
    with pytest.raises(NotBroughtIn) as refused:
        confirm_drafts([drafted, other], by=analyst, carry_over=carrying_over(analyst))
    error = refused.value.errors[other.pk]
    assert isinstance(error, HereAlready)
    assert error.source == here
    assert Source.objects.count() == 1
    assert Draft.objects.count() == 2


def test_text_that_is_here_is_refused_with_the_first_live_one(dossier: Dossier, analyst: Membership) -> None:
    binned = make_source(dossier, "The same.", by=analyst)
    live = make_source(dossier, "The same.", by=analyst)
    Source.objects.filter(pk=binned.pk).update(binned_at=timezone.now())
    with pytest.raises(HereAlready) as refused:
        draft_pasted(dossier=dossier, by=analyst, text="The same.")
    assert refused.value.source == live


def test_text_in_the_bin_is_refused_and_said_so(dossier: Dossier, analyst: Membership) -> None:
    binned = make_source(dossier, "The same.", by=analyst)
    Source.objects.filter(pk=binned.pk).update(binned_at=timezone.now())
    with pytest.raises(HereAlready, match="S-1, which is in the bin"):
        draft_pasted(dossier=dossier, by=analyst, text="The same.")


def test_same_text_elsewhere_is_no_hindrance(analyst: Membership) -> None:
    make_source(make_dossier("other"), "The same.")
    assert draft_pasted(dossier=analyst.dossier, by=analyst, text="The same.").pk


def test_text_that_waits_already_is_refused(drafted: Draft, dossier: Dossier, analyst: Membership) -> None:
    with pytest.raises(IntakeError, match="waits for your confirmation already"):
        draft_pasted(dossier=dossier, by=analyst, text=drafted.text)
    drop_draft(drafted)
    assert draft_pasted(dossier=dossier, by=analyst, text=drafted.text).pk


def test_others_may_draft_the_same_text(drafted: Draft, dossier: Dossier, lead: Membership) -> None:
    assert draft_pasted(dossier=dossier, by=lead, text=drafted.text).pk


def test_dropped_draft_waits_no_more_until_taken_up(drafted: Draft, dossier: Dossier) -> None:
    mine = Draft.objects.of(dossier, drafted.by_id)
    drop_draft(drafted)
    assert not mine.waiting().exists()
    assert mine.dropped().get() == drafted
    take_up_draft(drafted)
    assert mine.waiting().get() == drafted


def test_file_is_read_again_in_another_encoding(dossier: Dossier, analyst: Membership) -> None:
    draft = draft_file(dossier=dossier, by=analyst, name="note.txt", data=RUSSIAN.encode("koi8-r"))
    read_draft_again(draft, encoding="windows-1252")
    assert draft.title.startswith("ðÒÉ×ÅÔ")
    edit_draft(draft, changes={"outlet": "Kommersant"})
    read_draft_again(draft, encoding="koi8-r")
    draft.refresh_from_db()
    assert draft.text == RUSSIAN
    assert (draft.title, draft.language, draft.outlet) == (RUSSIAN.split("\n")[0], "ru", "Kommersant")


def test_reading_again_keeps_what_was_written_over_a_guess(dossier: Dossier, analyst: Membership) -> None:
    draft = draft_file(dossier=dossier, by=analyst, name="note.txt", data=RUSSIAN.encode("koi8-r"))
    edit_draft(draft, changes={"title": "My own title"})
    read_draft_again(draft, encoding="windows-1251")
    assert draft.title == "My own title"


def test_reading_again_refuses_what_does_not_fit(dossier: Dossier, analyst: Membership) -> None:
    draft = draft_file(dossier=dossier, by=analyst, name="note.txt", data="café".encode("windows-1252"))
    with pytest.raises(IntakeError, match="does not fit"):
        read_draft_again(draft, encoding="utf-8")
    assert Draft.objects.get().text == "café"


def test_draft_stays_within_its_dossier(drafted: Draft) -> None:
    other = make_dossier("other")
    with pytest.raises(IntegrityError), transaction.atomic():
        Draft.objects.filter(pk=drafted.pk).update(dossier=other)


def test_look_shows_both_ends(dossier: Dossier, analyst: Membership) -> None:
    draft_pasted(dossier=dossier, by=analyst, text="abcdefghij")
    looked = Draft.objects.all()
    for (first, last), seen in {
        (3, 2): ("abc", "ij", 5),
        (8, 5): ("abcdefgh", "ij", 0),
        (10, 5): ("abcdefghij", "", 0),
        (50, 5): ("abcdefghij", "", 0),
    }.items():
        draft = looked.with_look(first, last).get()
        assert (draft.head, draft.tail, draft.unseen) == seen  # type: ignore[attr-defined]


def test_drafts_go_after_a_week(drafted: Draft) -> None:
    clear_what_expired(0)
    assert Draft.objects.exists()
    Draft.objects.update(at=timezone.now() - timedelta(days=8))
    clear_what_expired(0)
    assert not Draft.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_same_text_brought_by_two_at_once_comes_in_once(dossier: Dossier, analyst: Membership) -> None:
    outcomes: list[str] = []

    def bring_in() -> None:
        try:
            bring_in_source(dossier=dossier, by=None, text="The same.")
            outcomes.append("in")
        except HereAlready as error:
            outcomes.append(f"here as {error.source.cited}")
        finally:
            connection.close()

    second = Thread(target=bring_in)
    with transaction.atomic():
        bring_in_source(dossier=dossier, by=analyst, text="The same.")
        second.start()
        second.join(0.3)
        assert outcomes == []  # the second waits for the first
    second.join(10)
    assert outcomes == ["here as S-1"]
    assert Source.objects.count() == 1

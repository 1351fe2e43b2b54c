"""Bringing a file in: what comes in, what is skipped, and every refusal, with nothing left behind."""

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.actions.bin import delete_for_good, put_in_bin
from claims.actions.claim import edit_claim
from claims.actions.link import send_back
from claims.actions.review import undo_verdict
from claims.exchange.importing import Refused, import_file
from claims.models import Claim, Disclosure, ImportedLine, Link, Review, Speaker, Topic
from sources.models import Counter, Dossier, Membership, Role, Source, User
from tests.claims.exchange.files import (
    TEXT,
    Line,
    as_bytes,
    bring_in,
    claim,
    dossier_line,
    exported,
    lines_of,
    link,
    review,
    source,
    speaker,
    whole,
)
from tests.conftest import (
    entered,
    make_claim,
    make_dossier,
    make_member,
    make_pair,
    make_source,
    versions_now,
)

PAIR = (source(), claim("1"), claim("2", "trade had never been better"))


def refused(dossier: Dossier, *lines: Line | str | bytes, **how: Any) -> list[str]:
    """The problems told; nothing may have come of it."""
    before = _everything()
    with pytest.raises(Refused) as told:
        bring_in(dossier, *lines, **how)
    assert _everything() == before
    return list(told.value.described())


def _everything() -> list[Any]:
    models = (Dossier, Membership, Source, Speaker, Topic, Claim, Link, Review, ImportedLine, Counter)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def numbers(dossier: Dossier, model: Any) -> dict[str, int]:
    return dict(model.objects.filter(dossier=dossier).values_list("external_id", "number"))


def last(dossier: Dossier) -> dict[str, int]:
    return dict(Counter.objects.filter(dossier=dossier).values_list("letter", "last"))


# ---- what comes in


def test_it_works(dossier: Dossier) -> None:
    report = bring_in(dossier, *whole())
    assert str(report) == "1 source, 1 speaker, 2 claims, 1 link, 1 review brought in"
    made = Link.objects.select_related("from_claim__source", "to_claim__speaker").get(dossier=dossier)
    assert (made.kind, made.strength, made.contradiction_type) == ("contradicts", "strong", "temporal")
    assert (made.from_claim.quote, made.from_claim.credibility) == ("Trade fell", 2)
    assert (made.to_claim.about, str(made.to_claim.speaker)) == ("2022/2023", "The ministry")
    assert [topic.name for topic in made.to_claim.topics.all()] == ["trade"]
    assert made.from_claim.source.text == TEXT
    assert (made.state, made.verdict) == ("settled", "contradicts")
    dossier.refresh_from_db()
    assert (dossier.name, dossier.question, dossier.language) == ("Elsewhere", "What of trade?", "en")
    assert dossier.slug == "china-russia"


def test_into_an_empty_dossier_cited_numbers_are_kept_and_others_come_after(dossier: Dossier) -> None:
    bring_in(
        dossier,
        dossier_line(last={"C": 9}),
        source("S-4"),
        claim("ninety", on="S-4"),
        claim("C-7", "Officials", on="S-4"),
        claim("C-2", "A table", on="S-4"),
        claim("also", "March", on="S-4"),
        link("L-3", "C-7", "C-2"),
    )
    found = dict(Claim.objects.values_list("number", "external_id"))
    assert found == {7: "", 2: "", 10: "ninety", 11: "also"}
    assert last(dossier) == {"S": 4, "C": 11, "L": 3}


def test_the_highest_numbers_ever_given_are_not_given_again(dossier: Dossier, lead: Membership) -> None:
    bring_in(dossier, dossier_line(last={"S": 7, "C": 12, "L": 5}), source("S-2"))
    assert make_source(dossier, by=lead).number == 8


def test_into_a_dossier_with_records_everything_gets_the_next_number(
    dossier: Dossier, analyst: Membership
) -> None:
    make_pair(dossier, by=analyst)
    report = bring_in(dossier, dossier_line(question="Another?"), source("S-9"), claim("C-3", on="S-9"))
    assert numbers(dossier, Source)["S-9"] == 3
    assert Claim.objects.get(dossier=dossier, number=3).external_id == ""  # its id is its number
    dossier.refresh_from_db()
    assert dossier.question != "Another?"
    assert "changed nothing" in str(report)


def test_an_id_that_became_another_number_is_kept_as_a_label(dossier: Dossier, analyst: Membership) -> None:
    make_source(dossier, by=analyst)
    bring_in(dossier, source("wire-17", external_id="old", extra={"a": 1}))
    made = Source.objects.get(dossier=dossier, number=2)
    assert (made.external_id, made.extra) == ("wire-17", '{"a":1,"external_id":"old"}')


def test_an_id_that_is_the_number_leaves_the_external_id(dossier: Dossier) -> None:
    bring_in(dossier, source("S-1", external_id="old"))
    made = Source.objects.get(dossier=dossier)
    assert (made.external_id, made.extra) == ("old", "{}")


def test_lines_come_in_any_order(dossier: Dossier) -> None:
    assert bring_in(dossier, *reversed(whole())).brought == bring_in(make_dossier("other"), *whole()).brought


def test_blank_lines_crlf_a_byte_order_mark_and_a_missing_last_line_end_do_no_harm(dossier: Dossier) -> None:
    file = b"\xef\xbb\xbf" + as_bytes(*PAIR).replace(b"\n", b"\r\n\r\n").rstrip()
    assert bring_in(dossier, file).brought["claim"] == 2


def test_an_empty_file_brings_nothing(dossier: Dossier) -> None:
    assert str(bring_in(dossier, b"")).startswith("0 sources")


def test_no_dossier_line_is_needed(dossier: Dossier) -> None:
    report = bring_in(dossier, *PAIR)
    assert (report.brought["claim"], report.dossier_line) == (2, "absent")


@pytest.mark.django_db
def test_claims_are_searched_in_the_dossiers_language_else_their_sources() -> None:
    dossier = make_dossier(language="")
    bring_in(dossier, source(language="de"), claim())
    assert Claim.objects.get(dossier=dossier).config == "german"
    other = make_dossier("other", language="")
    bring_in(other, dossier_line(language="fr"), source(language="de"), claim())
    assert Claim.objects.get(dossier=other).config == "french"


def test_every_state_follows_from_the_reviews(dossier: Dossier) -> None:
    bring_in(
        dossier,
        dossier_line(reviews_needed=2),
        *PAIR,
        claim("3", "Officials"),
        link("settled"),
        link("disputed", "1", "3"),
        link("adjudicated", "2", "3", adjudication={"verdict": "neither", "note": "Seen."}),
        review("settled", "mira"),
        review("settled", "tom"),
        review("disputed", "mira"),
        review("disputed", "tom", "supports"),
    )
    states = {one.external_id: (one.state, one.verdict) for one in Link.objects.filter(dossier=dossier)}
    assert states == {
        "settled": ("settled", "contradicts"),
        "disputed": ("disputed", ""),
        "adjudicated": ("settled", "neither"),
    }


def test_offsets_are_code_points(dossier: Dossier) -> None:
    text = "😀 e\u0301t\u00e9 שלום 𝔸𝔹 “end”"
    bring_in(
        dossier,
        source(text=text),
        *(
            claim(str(n), words, text=text)
            for n, words in enumerate(["😀", "e\u0301t\u00e9", "שלום", "𝔸𝔹 “end”"])
        ),
    )
    assert Claim.objects.filter(dossier=dossier).count() == 4


def test_offsets_may_count_the_line_ends_that_the_file_has(dossier: Dossier) -> None:
    text = "\ufeffOne\r\ntwo\r\nthree\rfour"
    bring_in(
        dossier,
        source(text=text),
        claim("as in the file", "two\r\nthree", text=text),
        claim("as it is kept", "four", text="One\ntwo\nthree\nfour"),
    )
    places = {
        one.external_id: (one.start, one.end, one.quote) for one in Claim.objects.filter(dossier=dossier)
    }
    assert places == {"as in the file": (4, 13, "two\nthree"), "as it is kept": (14, 18, "four")}


def test_a_quote_may_begin_within_the_marks_or_hold_a_bare_return(dossier: Dossier) -> None:
    text = "\ufeff\ufeffOne\r\n\ufefftwo\rthree"
    marks = {
        "type": "claim",
        "id": "3",
        "source": "a",
        "quote": "\ufeff",
        "start": 1,
        "end": 2,
        "statement": "?",
    }
    told = refused(dossier, source(text=text), marks)
    assert "line 2, 3, quote: does not stand from 1 to 2" in told[0]
    bare = "a\rb"
    bring_in(
        dossier,
        source(text=text),
        claim("begins", "\ufeffOne", text=text),
        claim("inner mark", "\ufefftwo\rth", text=text),
        source("b", text=bare),
        claim("bare", bare, on="b", text=bare),
    )
    places = {
        one.external_id: (one.start, one.end, one.quote) for one in Claim.objects.filter(dossier=dossier)
    }
    assert places == {
        "begins": (0, 3, "One"), "inner mark": (4, 11, "\ufefftwo\nth"), "bare": (0, 3, "a\nb"),
    }  # fmt: skip


def test_a_quote_is_found_in_a_text_of_any_length(dossier: Dossier) -> None:
    text = "é" + "x" * 150_000 + "the end"
    bring_in(dossier, source(text=text), claim(quote="the end", text=text))
    assert Claim.objects.get(dossier=dossier).start == 150_001
    wrong = {**claim("2", "the end", text=text), "start": 150_000, "end": 150_007}
    assert "it stands at 150001" in refused(dossier, source("b", text), {**wrong, "source": "b"})[0]


# ---- people


def test_a_name_is_a_member_by_user_name_or_an_imported_person(
    dossier: Dossier, reviewer: Membership
) -> None:
    bring_in(dossier, *PAIR, link(by="reviewer"), review(reviewer="reviewer"), review(reviewer="mira"))
    assert Link.objects.get().by == reviewer
    mira = Membership.objects.get(dossier=dossier, name="mira")
    assert (mira.user, mira.role, mira.is_imported) == (None, "", True)
    assert set(Review.objects.values_list("reviewer", "by")) == {(reviewer.pk,) * 2, (mira.pk,) * 2}


def test_an_imported_person_is_known_again(dossier: Dossier) -> None:
    bring_in(dossier, source("a", by="mira"))
    bring_in(dossier, source("b", by="mira"))
    assert Membership.objects.filter(dossier=dossier, name="mira").count() == 1


def test_a_member_with_another_name_here_is_found_by_user_name(dossier: Dossier, analyst: Membership) -> None:
    Membership.objects.filter(pk=analyst.pk).update(name="analyst (2)")
    bring_in(dossier, source(by="analyst"))
    assert Source.objects.get().by == analyst


def test_a_name_without_a_line_that_comes_in_makes_nobody(dossier: Dossier) -> None:
    bring_in(dossier, source(by="mira"))
    bring_in(dossier, source(by="mira"), speaker("A", by="tom"))
    assert set(dossier.people.values_list("name", flat=True)) == {"mira", "tom"}


def test_absent_makers_are_whoever_brings_it_in(dossier: Dossier, lead: Membership) -> None:
    bring_in(dossier, source("a"), source("b", by=None, at=None), by=lead)
    bring_in(dossier, source("c"))
    made = {one.external_id: (one.by, one.at is not None) for one in Source.objects.select_related("by")}
    assert made == {"a": (lead, True), "b": (None, False), "c": (None, True)}


def test_moments_are_kept(dossier: Dossier) -> None:
    bring_in(dossier, source(at="2023-04-02T03:04:05.000678+02:00"))
    assert Source.objects.get().at == datetime(2023, 4, 2, 1, 4, 5, 678, UTC)


# ---- coming a second time


def test_a_second_time_changes_nothing(dossier: Dossier) -> None:
    bring_in(dossier, *whole())
    before = _everything()
    report = bring_in(dossier, *whole())
    assert (set(report.brought.values()), report.here) == ({0}, 6)
    assert _everything() == before


def test_an_export_brought_back_changes_nothing(dossier: Dossier) -> None:
    bring_in(dossier, *whole())
    before = _everything()
    assert bring_in(dossier, exported(dossier)).here == 6
    assert _everything() == before


def test_more_of_the_same_file_adds_to_what_is_here(dossier: Dossier) -> None:
    bring_in(dossier, dossier_line(), *PAIR)
    report = bring_in(dossier, dossier_line(), *PAIR, link(), claim("3", "Officials"))
    assert (report.brought["link"], report.brought["claim"], report.here) == (1, 1, 3)


def test_lines_that_came_before_need_not_come_again(dossier: Dossier) -> None:
    bring_in(dossier, dossier_line(), *PAIR)
    bring_in(dossier, dossier_line(), link())
    assert Link.objects.get().from_claim.external_id == "1"


def test_what_was_edited_or_binned_since_is_skipped(dossier: Dossier, lead: Membership) -> None:
    bring_in(dossier, dossier_line(), *PAIR, link())
    one, other = Claim.objects.filter(dossier=dossier).order_by("number")
    edit_claim(one, by=lead, changes={"statement": "Other words."}, version=1, speaker="", topics=[])
    put_in_bin(other, access=entered(lead.user, dossier))  # type: ignore[arg-type]
    assert bring_in(dossier, dossier_line(), *PAIR, link()).here == 4
    assert Claim.objects.get(pk=one.pk).statement == "Other words."


def test_a_line_that_reads_differently_now_is_bad(dossier: Dossier) -> None:
    bring_in(dossier, dossier_line(), *PAIR)
    told = refused(dossier, dossier_line(), source(title="Corrected"))
    assert told == [
        "line 2, a, id: came in before and read differently then; what is here stays. "
        "Leave the line out, or give it another id"
    ]


def test_the_same_ids_of_another_dossier_are_other_records(dossier: Dossier) -> None:
    bring_in(dossier, dossier_line(), source())
    bring_in(dossier, dossier_line(slug="third"), source())
    assert Source.objects.filter(dossier=dossier).count() == 2


def test_the_uid_is_the_scope_whatever_the_slug(dossier: Dossier) -> None:
    bring_in(dossier, dossier_line(uid="u"), source())
    assert bring_in(dossier, dossier_line(uid="u", slug="renamed"), source()).here == 1


def test_a_speaker_is_known_by_name(dossier: Dossier) -> None:
    bring_in(dossier, speaker(affiliation="one"))
    assert bring_in(dossier, dossier_line(slug="x"), speaker(affiliation="other")).here == 1
    assert Speaker.objects.get().affiliation == "one"


def test_a_review_is_known_by_link_and_reviewer(dossier: Dossier) -> None:
    bring_in(dossier, dossier_line(), *PAIR, link(), review())
    report = bring_in(dossier, dossier_line(), review(verdict="supports"))
    assert (report.here, Review.objects.get().verdict) == (1, "contradicts")


def test_a_review_that_was_sent_back_does_not_return(dossier: Dossier, lead: Membership) -> None:
    bring_in(dossier, dossier_line(), *PAIR, link(), review())
    made = Link.objects.get()
    edit_claim(made.from_claim, by=lead, changes={"statement": "New."}, version=1, speaker="", topics=[])
    send_back(made, versions=versions_now(made))
    assert bring_in(dossier, dossier_line(), *PAIR, link(), review()).here == 5
    assert not Review.objects.exists()


# ---- a file of this dossier's own


def test_own_numbers_are_matched_though_never_brought_in(dossier: Dossier, analyst: Membership) -> None:
    make_pair(dossier, by=analyst)
    before = _everything()
    report = bring_in(dossier, exported(dossier))
    assert (report.here, set(report.brought.values())) == (5, {0})
    assert _everything() == before


def test_own_records_stay_as_they_are_here(dossier: Dossier, analyst: Membership) -> None:
    one = make_source(dossier, by=analyst)
    file = exported(dossier).replace(b'"title":"A report"', b'"title":"Another"')
    assert bring_in(dossier, file).here == 1
    one.refresh_from_db()
    assert one.title == "A report"


def test_what_was_deleted_for_good_does_not_return(dossier: Dossier, lead: Membership) -> None:
    made = make_pair(dossier, by=lead)
    file = exported(dossier)
    put_in_bin(made.from_claim, access=entered(lead.user, dossier))  # type: ignore[arg-type]
    delete_for_good(Claim.objects.get(pk=made.from_claim_id))
    report = bring_in(dossier, file)
    assert (report.gone, report.here) == (2, 3)
    assert "2 skipped because they were deleted here" in str(report)
    assert Claim.objects.filter(dossier=dossier).count() == 1


def test_own_records_above_the_last_number_come_in(dossier: Dossier, analyst: Membership) -> None:
    make_source(dossier, by=analyst)
    own = dossier_line(uid=str(dossier.uid))
    bring_in(dossier, own, claim("C-5", "Trade between", on="S-1", text=Source.objects.get().text))
    assert Claim.objects.get().external_id == "C-5"


def test_an_own_review_taken_back_here_does_not_return(dossier: Dossier, reviewer: Membership) -> None:
    bring_in(dossier, dossier_line(), *PAIR, link(), review(reviewer="reviewer"))
    file = exported(dossier)
    undo_verdict(link=Link.objects.get(), by=reviewer)
    report = bring_in(dossier, file)
    assert (report.gone, Review.objects.count()) == (1, 0)


def test_an_own_review_given_elsewhere_comes_in(dossier: Dossier, analyst: Membership) -> None:
    make_pair(dossier, by=analyst)
    file = exported(dossier) + as_bytes(review("L-1", "mira"))
    assert bring_in(dossier, file).brought["review"] == 1


def test_own_people_are_known_by_the_name_they_have_here(dossier: Dossier, analyst: Membership) -> None:
    """An imported person may have the user name of a member who came later and has another name here."""
    bring_in(dossier, dossier_line(), *PAIR, link(), review(reviewer="tom"))
    member = make_member(dossier, "tom (2)", Role.REVIEWER)
    User.objects.filter(pk=member.user_id).update(username="tom")
    assert bring_in(dossier, exported(dossier)).brought["review"] == 0


# ---- refusals


def test_a_bad_line_is_told_with_line_id_field_and_reason(dossier: Dossier) -> None:
    told = refused(dossier, dossier_line(), source(), claim(modality="rumour"))
    assert told == ["line 3, 1, modality: “rumour” is none of fact, opinion, forecast, denial, intention"]


def test_every_bad_line_is_told(dossier: Dossier) -> None:
    """Those that need the other lines or the dossier too, and none for what hangs on a bad line."""
    told = refused(
        dossier,
        source(published="never"),
        claim("1"),
        claim("2", "March", on="nowhere"),
        link("x", "1", "2"),
        link("y", "1", "9"),
        "{",
    )
    assert [re.sub(":.*", "", line) for line in told] == [
        "line 1, a, published", "line 3, 2, source", "line 5, y, to", "line 6",
    ]  # fmt: skip


def test_of_201_bad_lines_200_are_told_and_one_is_counted(dossier: Dossier) -> None:
    told = refused(dossier, *(source(str(n), published="never", reliability="Z") for n in range(201)))
    assert len(told) == 401
    assert told[-1] == "and 1 more bad line"


def test_references_that_fail_are_counted_on_too(dossier: Dossier) -> None:
    told = refused(dossier, *(claim(str(n), on="nowhere") for n in range(203)))
    assert (len(told), told[-1]) == (201, "and 3 more bad lines")


def test_a_quote_one_character_off_is_told_with_its_place(dossier: Dossier) -> None:
    off = claim("1", "Officials")
    told = refused(dossier, source(), {**off, "start": off["start"] + 1, "end": off["end"] + 1})
    assert told == [
        "line 2, 1, quote: does not stand from 22 to 31, where the text reads “fficials ”; it stands at 21"
    ]


def test_a_quote_that_is_not_there_is_told(dossier: Dossier) -> None:
    told = refused(dossier, source(), {**claim(), "quote": "Trade rose"})
    assert "it does not stand in the text at all" in told[0]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([source(), source()], "line 2, a, id: stands on line 1 already"),
        ([*PAIR, claim("1", "March")], "line 4, 1, id: stands on line 2 already"),
        ([speaker("A"), speaker("A")], "line 2, A, name: stands on line 1 already"),
        ([*PAIR, link(), review(), review()], "line 6, x by mira, reviewer: stands on line 5 already"),
        ([dossier_line(), dossier_line()], "line 2, type: line 1 is the dossier line already"),
        ([claim()], "line 1, 1, source: there is no source “a” in the file"),
        ([*PAIR, link(b="9")], "line 4, x, to: there is no claim “9” in the file"),
        ([*PAIR, link(a="9")], "line 4, x, from: there is no claim “9” in the file"),
        ([review()], "line 1, x by mira, link: there is no link “x” in the file"),
        (
            [source(), claim(speaker="Nobody")],
            "line 2, 1, speaker: there is no speaker line “Nobody” in the file, nor that speaker here",
        ),
        ([*PAIR, link("x"), link("y")], "line 5, y, to: “1” and “2” are linked on line 4 already, as “x”"),
        (
            [*PAIR, link("x"), link("y", "2", "1", "supports")],
            "line 5, y, to: “2” and “1” are linked on line 4 already, as “x”",
        ),
    ],
    ids=lambda value: value.partition(": ")[2][:50] if isinstance(value, str) else None,
)
def test_lines_that_do_not_fit_together(dossier: Dossier, lines: list[Line], reason: str) -> None:
    assert refused(dossier, *lines) == [reason]


def test_a_pair_linked_here_is_told_with_its_number(dossier: Dossier) -> None:
    bring_in(dossier, dossier_line(), *PAIR, link())
    told = refused(dossier, dossier_line(), link("y", "2", "1"))
    assert told == ["line 2, y, to: “2” and “1” are linked here already, as L-1"]


def test_a_pair_linked_in_the_bin_is_told_so(dossier: Dossier, lead: Membership) -> None:
    bring_in(dossier, dossier_line(), *PAIR, link())
    put_in_bin(Link.objects.get(), access=entered(lead.user, dossier))  # type: ignore[arg-type]
    assert refused(dossier, dossier_line(), link("y", "2", "1"))[0].endswith("as L-1, which is in the bin")


def test_nothing_is_built_on_what_is_in_the_bin(dossier: Dossier, lead: Membership) -> None:
    bring_in(dossier, dossier_line(), *PAIR, claim("3", "March"), link())
    access = entered(lead.user, dossier)  # type: ignore[arg-type]
    put_in_bin(Claim.objects.get(external_id="2"), access=access)
    assert refused(dossier, dossier_line(), link("y", "3", "2")) == [
        "line 2, y, to: “2” is C-2 here, which is in the bin: restore it first"
    ]
    assert "is L-1 here, which is in the bin" in refused(dossier, dossier_line(), review())[0]
    put_in_bin(Source.objects.get(), access=access)
    assert "is S-1 here, which is in the bin" in refused(dossier, dossier_line(), claim("4", "March"))[0]


def test_nothing_is_built_on_what_was_deleted_for_good(dossier: Dossier, lead: Membership) -> None:
    bring_in(dossier, dossier_line(), *PAIR)
    gone = Claim.objects.get(external_id="2")
    put_in_bin(gone, access=entered(lead.user, dossier))  # type: ignore[arg-type]
    delete_for_good(gone)
    told = refused(dossier, dossier_line(), *PAIR, link())
    assert told == ["line 5, x, to: “2” was deleted here for good"]


def test_two_names_of_one_person_do_not_judge_a_link_twice(dossier: Dossier, reviewer: Membership) -> None:
    Membership.objects.filter(pk=reviewer.pk).update(name="Rev. Iewer")
    told = refused(dossier, *PAIR, link(), review(reviewer="reviewer"), review(reviewer="Rev. Iewer"))
    assert told == ["line 6, x by Rev. Iewer, reviewer: this reviewer judges the link on line 5 already"]


def test_a_verdict_that_would_not_be_blind_is_refused(dossier: Dossier, reviewer: Membership) -> None:
    bring_in(dossier, dossier_line(), *PAIR, link(), review())
    Disclosure.objects.create(dossier=dossier, link=Link.objects.get(), person=reviewer, round=1)
    told = refused(dossier, dossier_line(), review(reviewer="reviewer"))
    assert "would not be blind" in told[0]


def test_a_file_does_not_use_up_the_numbers(dossier: Dossier) -> None:
    too_high = "is above 900,000,000, the highest number that is kept: it would leave too few to come"
    told = refused(dossier, dossier_line(last={"S": 900_000_001}), source())
    assert told == [f"line 1, last.S: {too_high}"]
    told = refused(dossier, source("S-1"), claim("C-900000001", on="S-1"), claim("C-2147483647", on="S-1"))
    assert told == [f"line 2, C-900000001, id: {too_high}"]
    told = refused(dossier, dossier_line(last={"L": 2_147_483_647}), source("S-999999999"))
    assert told == [f"line 1, last.L: {too_high}", f"line 2, S-999999999, id: {too_high}"]
    bring_in(
        dossier,
        dossier_line(last={"L": 900_000_000}),
        source("S-900000000"),
        claim("C-2147483647", on="S-900000000"),
    )
    assert last(dossier) == {"S": 900_000_000, "C": 1, "L": 900_000_000}
    assert make_source(dossier).number == 900_000_001


def test_a_number_that_is_not_kept_may_be_any(dossier: Dossier) -> None:
    bring_in(dossier, source("here"))
    bring_in(dossier, dossier_line(last={"S": 999_999_999}), source("S-999999999"))
    assert numbers(dossier, Source) == {"here": 1, "S-999999999": 2}


def test_a_line_beyond_all_measure_is_refused_and_the_next_is_read(
    dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claims.exchange.importing.LINE_LIMIT", 200)
    told = refused(dossier, source(text="a" * 500), speaker(""))
    assert told == ["line 1: is longer than 200 bytes", "line 2, name: is empty"]


def test_a_file_in_utf_16_is_refused(dossier: Dossier) -> None:
    assert "is not UTF-8" in refused(dossier, as_bytes(source()).decode().encode("utf-16"))[0]


def test_a_reader_that_fails_halfway_leaves_nothing(dossier: Dossier) -> None:
    class Broken(BytesIO):
        def readline(self, *limit: Any) -> bytes:
            line = super().readline(*limit)
            if not line:
                raise KeyboardInterrupt
            return line

    before = _everything()
    with pytest.raises(KeyboardInterrupt):
        import_file(dossier, Broken(as_bytes(*whole())), by=None, as_lead=True)
    assert _everything() == before


# ---- who is no lead


def test_an_analyst_brings_in_no_verdicts(dossier: Dossier, analyst: Membership) -> None:
    told = refused(
        dossier, *PAIR, link(adjudication={"verdict": "neither"}), review(), by=analyst, as_lead=False
    )
    assert told == [
        "line 4, x, adjudication: only a lead brings in verdicts",
        "line 5, x by mira, verdict: only a lead brings in verdicts",
    ]


def test_an_analyst_brings_in_nothing_in_another_members_name(
    dossier: Dossier, analyst: Membership, lead: Membership
) -> None:
    told = refused(
        dossier,
        dossier_line(by="lead"),
        source(by="lead"),
        speaker("A", by="lead"),
        by=analyst,
        as_lead=False,
    )
    assert told == [
        "line 1, by: only a lead brings in what “lead” made, who is a member here",
        "line 2, a, by: only a lead brings in what “lead” made, who is a member here",
        "line 3, A, by: only a lead brings in what “lead” made, who is a member here",
    ]


def test_an_analyst_brings_in_her_own_and_strangers_work(dossier: Dossier, analyst: Membership) -> None:
    bring_in(
        dossier, source("a", by="analyst"), source("b", by="mira"), source("c"), by=analyst, as_lead=False
    )
    made = {one.external_id: str(one.by) for one in Source.objects.select_related("by")}
    assert made == {"a": "analyst", "b": "mira", "c": "analyst"}


def test_an_analyst_changes_no_settings(dossier: Dossier, analyst: Membership) -> None:
    report = bring_in(
        dossier, dossier_line(reviews_needed=5, last={"S": 4}), source("S-2"), by=analyst, as_lead=False
    )
    dossier.refresh_from_db()
    assert (dossier.reviews_needed, dossier.name) != (5, "Elsewhere")
    assert Source.objects.get().number == 2
    assert last(dossier)["S"] == 4
    assert "only a lead changes them" in str(report)


# ---- how


def test_queries_do_not_grow_with_the_lines(dossier: Dossier) -> None:
    def count(to: Dossier, many: int) -> int:
        lines = [source(), *(claim(str(n), "Officials") for n in range(many))]
        lines += [link(str(n), "0", str(n)) for n in range(1, many)]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            bring_in(to, *lines)
        return len(captured)

    assert count(dossier, 3) == count(make_dossier("other"), 120)


def test_a_dry_run_tells_and_leaves_nothing(dossier: Dossier) -> None:
    before = _everything()
    report = bring_in(dossier, *whole(), dry_run=True)
    assert report.brought["claim"] == 2
    assert _everything() == before


def test_an_export_of_what_came_in_names_who_and_when(dossier: Dossier) -> None:
    bring_in(dossier, source(by="mira", at="2023-04-02T01:04:05Z"))
    line = lines_of(exported(dossier))[1]
    assert (line["by"], line["at"]) == ("mira", "2023-04-02T01:04:05.000000Z")


def test_a_claim_of_the_dossier_is_left_alone(dossier: Dossier, analyst: Membership) -> None:
    here = make_claim(make_source(dossier, by=analyst), by=analyst)
    bring_in(dossier, *PAIR)
    assert {one.number for one in Claim.objects.filter(dossier=dossier)} == {here.number, 2, 3}


def test_a_line_that_no_text_holds_is_named_and_what_refers_to_it_is_not_blamed(dossier: Dossier) -> None:
    bad = [
        (
            '{"type":"source","id":"a","text":"a\\u0000b"}',
            "text: holds a NUL character, which no text should",
        ),
        (
            '{"type":"source","id":"a","text":"a\\ud800"}',
            "text: holds half of a character (a lone surrogate)",
        ),
        ('{"type":"source","id":"a","text":"a","text":"b"}', "text: the key stands twice"),
    ]
    for line, reason in bad:
        assert refused(dossier, line, claim()) == [f"line 1, a, {reason}"]
    told = refused(dossier, '{"type":"source","id":"a\\ud800","text":"a"}')
    assert told == ["line 1, id: holds half of a character (a lone surrogate)"]

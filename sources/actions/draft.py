"""Texts on their way in: read, kept for whoever brought them, then confirmed as sources or dropped."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from sources.actions.origin import propose_later
from sources.actions.original import bytes_of, keep_original
from sources.actions.source import HereAlready, bring_in_source, same_text
from sources.copies import near_copies
from sources.intake import extract as intake
from sources.intake.draft import Draft as Extracted
from sources.intake.draft import IntakeError
from sources.models import Dossier, Draft, Membership, Source
from sources.origins import address_of

MAX_BYTES = 50 * 1024 * 1024
TOO_BIG = (
    "The file is larger than 50 MB, the most that is read; split it, or save its text alone and bring that."
)

NEAR = 3
"""So many sources are named that a draft is a near copy of."""

type CarryOver = Callable[[Source], object]
"""What is to happen with each source that replaces another, in the transaction that makes it."""

GUESSED = ("title", "outlet", "author", "url", "published", "language")
"""The fields that intake guesses, named alike in what it extracts, in a draft and in a source."""

LIMITS = {
    name: getattr(Draft._meta.get_field(name), "max_length", None) for name in (*GUESSED, "canonical_url")
}


class NotBroughtIn(ValidationError):
    """Some drafts cannot become sources, so none did; ``errors`` holds what is wrong, by the draft's key."""

    def __init__(self, errors: dict[int, ValidationError]) -> None:
        super().__init__("Nothing was brought in.", code="refused")
        self.errors = errors


def read_file(
    name: str,
    data: bytes,
    *,
    encoding: str | None = None,
    address: str = "",
    apart: intake.Apart | None = None,
) -> Extracted:
    """What a file of this name holds; IntakeError when it is too big or cannot be read."""
    if len(data) > MAX_BYTES:
        raise IntakeError(TOO_BIG)
    return intake.extract(name, data, encoding=encoding, address=address, apart=apart)


@transaction.atomic
def draft_file(
    *, dossier: Dossier, by: Membership, name: str, data: bytes, encoding: str | None = None
) -> Draft:
    """Read a file, in an encoding that is guessed unless given, and keep it until it is confirmed.

    Refuses what cannot be read (IntakeError), a text that the dossier has (HereAlready), and one that waits for this
    person's confirmation already (IntakeError).
    """
    extracted = read_file(name, data, encoding=encoding)
    original = keep_original(dossier=dossier, filename=name, data=data)
    return _kept(extracted, dossier=dossier, by=by, filename=name[-1000:], original=original)


def draft_pasted(*, dossier: Dossier, by: Membership, text: str) -> Draft:
    """Keep pasted text until it is confirmed; refuses as draft_file does."""
    return _kept(intake.paste(text), dossier=dossier, by=by)


def _kept(extracted: Extracted, *, dossier: Dossier, by: Membership, **fields: Any) -> Draft:
    text = extracted.text
    if there := same_text(dossier, text):
        raise HereAlready(there)
    mine = Draft.objects.of(dossier, by.pk).waiting()
    if waits := mine.filter(length=len(text), text=text).first():
        raise IntakeError(f"The same text waits for your confirmation already, as “{waits.name}”.")
    draft = Draft(dossier=dossier, by=by, text=text, **guesses(extracted), **fields)
    draft.near = near_sources(draft)
    same = same_address(draft)
    draft.replaces = None if same and is_to_be_replaced(draft, same) else same
    draft.full_clean()
    draft.save(force_insert=True)
    return draft


def guesses(extracted: Extracted) -> dict[str, Any]:
    """The fields of a draft as they were read, no longer than they may be."""
    fields = {name: getattr(extracted, name) for name in (*GUESSED, "canonical_url")}
    cut = {name: value[: LIMITS[name]] for name, value in fields.items()}
    return {**cut, "encoding": extracted.encoding, "warnings": list(extracted.warnings)}


def near_sources(draft: Draft) -> list[dict[str, Any]]:
    """The sources that a draft is a near copy of, as ``Draft.near`` keeps them."""
    copies = near_copies(draft.dossier, draft.text, limit=NEAR)
    return [{"source": copy.source.number, "share": round(copy.share, 3)} for copy in copies]


def same_address(draft: Draft) -> Source | None:
    """The source that a draft is a later state of, as both have one address: the newest version of it. The address of a
    whole site is of no text.
    """  # fmt: skip
    addresses = {address for address in (draft.url, draft.canonical_url) if address_of("", address)}
    if not addresses:
        return None
    here = Source.objects.live().without_text().filter(dossier=draft.dossier_id)
    found = here.filter(Q(url__in=addresses) | Q(canonical_url__in=addresses)).order_by("-number").first()
    return newest_version(found) if found else None


def newest_version(source: Source) -> Source:
    """The last of the chain of live versions that begins with this source."""
    seen = {source.pk}
    while newer := Source.objects.live().without_text().filter(replaces=source).exclude(pk__in=seen).first():
        source = newer
        seen.add(source.pk)
    return source


def is_to_be_replaced(draft: Draft, source: Source) -> bool:
    """Whether another draft that goes in with this one is to be the source's new version already."""
    beside = Draft.objects.of(draft.dossier, draft.by_id).filter(intake=draft.intake_id, replaces=source)
    return beside.filter(state=Draft.State.READ, dropped_at=None).exclude(pk=draft.pk).exists()


def choose_replaced(draft: Draft, source: Source | None) -> None:
    """Make a draft a new version of ``source``, or a source of its own (None)."""
    if source and is_to_be_replaced(draft, source):
        raise ValidationError(
            f"Another of these texts is to be the new version of {source.cited} already.", code="taken"
        )
    if draft.replaces_id != (source.pk if source else None):
        draft.replaces = source
        draft.save(update_fields=["replaces"])


def edit_draft(draft: Draft, *, changes: Mapping[str, str]) -> None:
    """Keep what a person wrote about her draft."""
    differing = [name for name, value in changes.items() if getattr(draft, name) != value]
    for name in differing:
        setattr(draft, name, changes[name])
    draft.full_clean(exclude=["text", "length"], validate_constraints=False)
    if differing:
        draft.save(update_fields=differing)


def read_original(draft: Draft, *, encoding: str | None, apart: intake.Apart | None = None) -> Extracted:
    """What the file or page that a draft came from holds; IntakeError as read_file."""
    assert draft.original
    kept = draft.original
    name = kept.filename if draft.address else draft.filename  # a page has the name that it was sent under
    return read_file(name, bytes_of(kept), encoding=encoding, address=kept.address, apart=apart)


def read_draft_again(draft: Draft, *, encoding: str) -> None:
    """Read the draft's file in another encoding. What a person wrote over the guesses stays; IntakeError as extract.

    Takes up to a minute, so call it outside of a transaction.
    """
    if draft.original is None or not draft.encoding:
        raise IntakeError("This has no encoding that could be another: only text files and web pages have.")
    before = read_original(draft, encoding=draft.encoding)
    after = read_original(draft, encoding=encoding)
    draft.text = after.text
    draft.encoding = after.encoding
    draft.warnings = list(after.warnings)
    for name in GUESSED:
        if getattr(draft, name) == getattr(before, name):
            setattr(draft, name, getattr(after, name)[: LIMITS[name]])
    draft.full_clean()
    read = {name: getattr(draft, name) for name in ("text", "encoding", "warnings", *GUESSED)}
    if not Draft.objects.filter(pk=draft.pk, state=Draft.State.READ).update(**read):
        raise IntakeError("It was brought in, or went, in the meantime.")


def drop_draft(draft: Draft) -> None:
    """Leave a draft out. It can be taken up again for as long as drafts are kept."""
    draft.dropped_at = timezone.now()
    draft.save(update_fields=["dropped_at"])


def take_up_draft(draft: Draft) -> None:
    """Let a draft that was left out wait again."""
    draft.dropped_at = None
    draft.save(update_fields=["dropped_at"])


@transaction.atomic
def confirm_drafts(drafts: Collection[Draft], *, by: Membership, carry_over: CarryOver) -> list[Source]:
    """Make sources of these drafts, in their order, all or none (NotBroughtIn); the drafts are gone then.

    Drafts that were confirmed meanwhile, as by a second click, are passed over.
    """
    errors: dict[int, ValidationError] = {}
    sources: list[Source] = []
    keys = [draft.pk for draft in drafts]
    for key in (
        Draft.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk", flat=True)
    ):
        draft = Draft.objects.select_related("dossier", "original", "replaces").get(pk=key)
        try:
            sources.append(store(draft, by=by, carry_over=carry_over))
        except ValidationError as error:
            errors[key] = error
    if errors:
        raise NotBroughtIn(errors)
    Draft.objects.filter(pk__in=keys).delete()
    for dossier in {source.dossier for source in sources}:
        propose_later(dossier)
    return sources


@transaction.atomic
def store(draft: Draft, *, by: Membership, carry_over: CarryOver) -> Source:
    """Make a source of a draft, a new version of the one that it replaces; ValidationError as bring_in_source."""
    replaced = draft.replaces
    if replaced and replaced.is_binned:
        raise ValidationError(
            f"{replaced.cited}, which it was to be a new version of, is in the bin. Restore it, or make this a source "
            "of its own; then try it again.",
            code="binned",
        )
    names = (*GUESSED, "reliability", "canonical_url", "original", "replaces")
    fields = {name: getattr(draft, name) for name in names}
    source = bring_in_source(dossier=draft.dossier, by=by, text=draft.text, **fields)
    if replaced:
        carry_over(source)
    return source

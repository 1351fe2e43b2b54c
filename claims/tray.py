"""The pair tray: two claims that a person carries from page to page, kept in her session by their numbers."""

from dataclasses import dataclass

from django.contrib.sessions.backends.base import SessionBase

from claims.models import Claim
from sources.models import Dossier

KEY = "tray"


@dataclass(frozen=True)
class Tray:
    """The two slots of a dossier's tray. What left the dossier's live claims since is not in them."""

    first: Claim | None
    second: Claim | None

    @property
    def is_empty(self) -> bool:
        return self.first is None and self.second is None

    @property
    def is_full(self) -> bool:
        return self.first is not None and self.second is not None


def read(session: SessionBase, dossier: Dossier) -> Tray:
    """The tray as it may be shown now; one query, none while it is empty."""
    numbers = _numbers(session, dossier)
    claims: dict[int, Claim] = {}
    if any(numbers):
        found = Claim.objects.live().filter(dossier=dossier, number__in=[n for n in numbers if n])
        claims = {claim.number: claim for claim in found.only("number", "statement")}
    first, second = (claims.get(number) if number else None for number in numbers)
    return Tray(first, second)


def put(session: SessionBase, dossier: Dossier, claim: Claim) -> None:
    """Put a claim in the first empty slot; in a full tray it takes the place of the second."""
    tray = read(session, dossier)
    if claim in (tray.first, tray.second):
        return
    first = tray.first.number if tray.first else None
    second = tray.second.number if tray.second else None
    _write(session, dossier, *((claim.number, second) if first is None else (first, claim.number)))


def swap(session: SessionBase, dossier: Dossier) -> None:
    first, second = _numbers(session, dossier)
    _write(session, dossier, second, first)


def take_out(session: SessionBase, dossier: Dossier, *numbers: int) -> None:
    """Empty the slots that hold these claims; both slots when none is named."""
    first, second = (
        None if not numbers or number in numbers else number for number in _numbers(session, dossier)
    )
    _write(session, dossier, first, second)


def _numbers(session: SessionBase, dossier: Dossier) -> tuple[int | None, int | None]:
    first, second = session.get(KEY, {}).get(str(dossier.pk), (None, None))
    return first, second


def _write(session: SessionBase, dossier: Dossier, first: int | None, second: int | None) -> None:
    trays = {**session.get(KEY, {}), str(dossier.pk): [first, second]}
    if not (first or second):
        del trays[str(dossier.pk)]
    session[KEY] = trays

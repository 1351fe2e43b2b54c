"""The keys of a line, taken one by one, each with its check; what nobody takes is kept."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db.models import Field, TextChoices

from claims.exchange.strict_json import shown
from sources.models import Membership
from sources.periods import NotATime

NUMBER_LIMIT = 2_147_483_647
IMPORTER = 0
"""The index, among the people a file names, of whoever brings it in."""

_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?", re.ASCII | re.IGNORECASE
)


class People:
    """The names that a file gives to people, each with an index; 0 is whoever brings the file in."""

    def __init__(self) -> None:
        self.indexes: dict[str, int] = {}

    def index(self, name: str) -> int:
        return self.indexes.setdefault(name, len(self.indexes) + 1)


@dataclass(slots=True)
class Reading:
    """How lines are read: the people they name, the moment that stands for an absent ``at``, the right to verdicts."""

    now: datetime
    may_bring_verdicts: bool
    people: People = field(default_factory=People)


def limit_of(model: Any, name: str) -> int:
    """How many characters a model's field holds."""
    found: Field[Any, Any] = model._meta.get_field(name)
    assert found.max_length is not None
    return found.max_length


PERSON_NAME = limit_of(Membership, "name")


class Fields:
    """The keys of one line, each taken by its reader; what is left over at the end goes into ``extra``."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values
        self.problems: list[tuple[str, str]] = []
        self.unknown: dict[str, dict[str, Any]] = {}

    def wrong(self, key: str, reason: str) -> None:
        self.problems.append((key, reason))

    def take(self, key: str, *, required: bool = False) -> Any:
        """The value, None when it is absent or null."""
        value = self.values.pop(key, None)
        if value is None and required:
            self.wrong(key, "is required")
        return value

    def text(self, key: str, limit: int | None = None, *, required: bool = False) -> str:
        value: object = self.take(key, required=required)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.wrong(key, f"{shown(value)} is no text")
            return ""
        if required and not value:
            self.wrong(key, "is empty")
        if limit is not None and len(value) > limit:
            self.wrong(key, f"has {len(value):,} characters; at most {limit:,} are kept")
            return value[:limit]
        return value

    def choice(
        self, key: str, choices: Collection[str] | type[TextChoices], *, required: bool = False
    ) -> str:
        value = self.text(key, required=required)
        if value and value not in choices:
            self.wrong(key, f"{shown(value)} is none of {', '.join(choices)}")
            return ""
        return value

    def integer(self, key: str, low: int, high: int, *, required: bool = False) -> int | None:
        value = self.take(key, required=required)
        if value is None:
            return None
        if type(value) is not int or not low <= value <= high:
            limits = f"from {low} to {high}" if high < NUMBER_LIMIT else f"from {low}"
            self.wrong(key, f"{shown(value)} is no whole number {limits}")
            return None
        return value

    def flag(self, key: str) -> bool:
        value = self.take(key)
        if value is not None and not isinstance(value, bool):
            self.wrong(key, f"{shown(value)} is neither true nor false")
        return value is True

    def time(self, key: str, read: Callable[[str], object]) -> str:
        value = self.text(key)
        if value:
            try:
                read(value)
            except NotATime as error:
                self.wrong(key, str(error))
        return value

    def object(self, key: str) -> dict[str, Any] | None:
        value = self.take(key)
        if value is not None and not isinstance(value, dict):
            self.wrong(key, f"{shown(value)} is no object")
            return None
        return value

    def person(self, key: str, reading: Reading, absent: int | None = IMPORTER) -> int | None:
        """The index of the person named; ``absent`` when the key is, None for null."""
        if key not in self.values:
            return absent
        if self.values[key] is None:
            return self.take(key)  # type: ignore[no-any-return]
        name = self.text(key, PERSON_NAME, required=True)
        return reading.people.index(name) if name else None

    def moment(self, key: str, reading: Reading) -> datetime | None:
        """When it was made; now when the key is absent, None for null."""
        if key not in self.values:
            return reading.now
        value = self.text(key)
        if not value:
            return None
        try:
            if not _MOMENT.fullmatch(value):
                raise ValueError
            read = datetime.fromisoformat(value.upper())
            return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            self.wrong(key, f"{shown(value)} is no moment: write 2026-01-31T09:30:00Z")
            return None

    def rest(self, reading: Reading, *, by: int | None = IMPORTER) -> dict[str, Any]:
        """What every line may end with, and all that was not taken, as the columns of its staging table."""
        row: dict[str, Any] = {
            "by": self.person("by", reading, by),
            "at": self.moment("at", reading),
        }
        extra = self.object("extra") or {}
        for key in (*self.values, *self.unknown):
            if key in extra:
                self.wrong(key, "stands both in the line and in its extra")
        return {**row, "extra": {**self.values, **self.unknown, **extra}}


def from_extra(fields: Fields, kinds: Mapping[str, type]) -> dict[str, Any]:
    """These keys of a line, taken out of its ``extra`` or, where another version has them so, of the line itself.

    A value of another kind is somebody else's: it stays where all unknown keys stay.
    """
    extra = fields.values.get("extra")
    places = [extra, fields.values] if isinstance(extra, dict) else [fields.values]
    taken = {}
    for key, kind in kinds.items():
        place = next((place for place in places if key in place and isinstance(place[key], kind)), None)
        if place is not None:
            taken[key] = place.pop(key)
    return taken

"""What a link keeps of the suggestion that it was made of, as it stands among its ``extra``: written and read here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KEY = "suggestion"
KINDS = ("contradicts", "supports", "neither")


@dataclass(frozen=True)
class Told:
    """What the machine said of a pair; empty where a file that was brought in says nothing that can be read."""

    kind: str
    percent: int | None
    engine: str
    version: str
    at: str
    over_time: bool
    reasons: list[tuple[str, str]]
    """Each sentence with its weight as it is written."""


def written(said: Mapping[str, Any]) -> str:
    """The ``extra`` of a link that was made of a suggestion."""
    return json.dumps({KEY: said}, ensure_ascii=False, separators=(",", ":"))


def suggestion_in(extra: str) -> Told | None:
    """What is kept in a link's ``extra``; None when it was made without. A file may hold anything there."""
    if f'"{KEY}"' not in extra:
        return None
    said = json.loads(extra).get(KEY)
    if not isinstance(said, dict):
        return None
    score: Any = said.get("score")
    reasons: Any = said.get("reasons")
    return Told(
        kind=said["kind"] if said.get("kind") in KINDS else "",
        percent=round(score * 100) if _is_number(score) and 0 <= score <= 1 else None,
        engine=_text(said.get("engine")),
        version=_text(said.get("version")),
        at=_text(said.get("at"))[:32],
        over_time=said.get("over_time") is True,
        reasons=[
            (_text(one.get("reason")), f"{one['weight']:+.2f}" if _is_number(one.get("weight")) else "")
            for one in (reasons if isinstance(reasons, list) else [])[:20]
            if isinstance(one, dict)
        ],
    )


def _text(value: object) -> str:
    return value[:1_000] if isinstance(value, str) else ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)

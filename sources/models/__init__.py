"""The records of sources: accounts, dossiers and their people, texts as they came."""

from sources.models.dossier import Counter, Dossier, Invitation, Letter, Membership, Role
from sources.models.draft import Draft
from sources.models.record import Record
from sources.models.source import TEXT_LIMIT, Reliability, Source, SourcePiece
from sources.models.user import User

__all__ = [
    "TEXT_LIMIT",
    "Counter",
    "Dossier",
    "Draft",
    "Invitation",
    "Letter",
    "Membership",
    "Record",
    "Reliability",
    "Role",
    "Source",
    "SourcePiece",
    "User",
]

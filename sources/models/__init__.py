"""The records of sources: accounts, dossiers and their people, texts as they came."""

from sources.models.checked import Checked
from sources.models.dossier import Counter, Dossier, Invitation, Letter, Membership, ReviewOrder, Role
from sources.models.draft import Draft
from sources.models.intake import Intake
from sources.models.origin import Fingerprint, KeptApart, Origin, Regrouping, Resemblance
from sources.models.original import Original, OriginalChunk
from sources.models.record import Record
from sources.models.retraction import Retraction
from sources.models.source import TEXT_LIMIT, Reliability, Source, SourcePiece
from sources.models.token import ApiToken, Scope
from sources.models.user import User

__all__ = [
    "TEXT_LIMIT",
    "ApiToken",
    "Checked",
    "Counter",
    "Dossier",
    "Draft",
    "Fingerprint",
    "Intake",
    "Invitation",
    "KeptApart",
    "Letter",
    "Membership",
    "Origin",
    "Original",
    "OriginalChunk",
    "Record",
    "Regrouping",
    "Reliability",
    "Resemblance",
    "Retraction",
    "ReviewOrder",
    "Role",
    "Scope",
    "Source",
    "SourcePiece",
    "User",
]

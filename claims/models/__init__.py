"""The records of claims: speakers, topics, claims, links, reviews and what guards them."""

from claims.models.anchoring import Anchoring
from claims.models.annotated_set import AnnotatedSet, Part, SetChunk, SetFile, SetLink
from claims.models.claim import Claim, ClaimTopic, Credibility, Modality, Speaker, SpeakerAlias, Topic
from claims.models.desk import Revision, SavedFilter
from claims.models.export import Export, ExportChunk
from claims.models.imported import ImportedLine
from claims.models.link import IN_REVIEW, ContradictionType, Kind, Link, State, Strength
from claims.models.resolution import Cause, Contradiction, Due, Ground, Outcome, Resolution, Standing
from claims.models.resolution_kinds import KINDS, ResolutionKind
from claims.models.review import Disclosure, Lease, Review, Skip
from claims.models.support import Support

__all__ = [
    "IN_REVIEW",
    "KINDS",
    "Anchoring",
    "AnnotatedSet",
    "Cause",
    "Claim",
    "ClaimTopic",
    "Contradiction",
    "ContradictionType",
    "Credibility",
    "Disclosure",
    "Due",
    "Export",
    "ExportChunk",
    "Ground",
    "ImportedLine",
    "Kind",
    "Lease",
    "Link",
    "Modality",
    "Outcome",
    "Part",
    "Resolution",
    "ResolutionKind",
    "Review",
    "Revision",
    "SavedFilter",
    "SetChunk",
    "SetFile",
    "SetLink",
    "Skip",
    "Speaker",
    "SpeakerAlias",
    "Standing",
    "State",
    "Strength",
    "Support",
    "Topic",
]

"""The records of claims: speakers, topics, claims, links, reviews and what guards them."""

from claims.models.anchoring import Anchoring
from claims.models.annotated_set import AnnotatedSet, Part, SetChunk, SetFile, SetLink
from claims.models.claim import Claim, ClaimTopic, Credibility, Modality, Speaker, SpeakerAlias, Topic
from claims.models.comment import Comment, Follow, Mention
from claims.models.desk import Revision, SavedFilter
from claims.models.export import Export, ExportChunk
from claims.models.foreign_file import ForeignFile
from claims.models.guideline import Guideline
from claims.models.imported import ImportedLine
from claims.models.link import IN_REVIEW, ContradictionType, Kind, Link, SplitReason, State, Strength
from claims.models.news import Happening, Visit
from claims.models.resolution import Cause, Contradiction, Due, Ground, Outcome, Resolution, Standing
from claims.models.resolution_kinds import KINDS, ResolutionKind
from claims.models.review import Disclosure, Lease, Review, Skip
from claims.models.suggestion import Dismissal, LearnedJudge, LookedAt, Suggested, SuggestionRun
from claims.models.support import Support
from claims.models.webhook import PING, Delivery, Event, Webhook

__all__ = [
    "IN_REVIEW",
    "KINDS",
    "PING",
    "Anchoring",
    "AnnotatedSet",
    "Cause",
    "Claim",
    "ClaimTopic",
    "Comment",
    "Contradiction",
    "ContradictionType",
    "Credibility",
    "Delivery",
    "Disclosure",
    "Dismissal",
    "Due",
    "Event",
    "Export",
    "ExportChunk",
    "Follow",
    "ForeignFile",
    "Ground",
    "Guideline",
    "Happening",
    "ImportedLine",
    "Kind",
    "LearnedJudge",
    "Lease",
    "Link",
    "LookedAt",
    "Mention",
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
    "SplitReason",
    "Standing",
    "State",
    "Strength",
    "Suggested",
    "SuggestionRun",
    "Support",
    "Topic",
    "Visit",
    "Webhook",
]

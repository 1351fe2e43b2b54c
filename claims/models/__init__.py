"""The records of claims: speakers, topics, claims, links, reviews and what guards them."""

from claims.models.claim import Claim, ClaimTopic, Credibility, Modality, Speaker, Topic
from claims.models.imported import ImportedLine
from claims.models.link import IN_REVIEW, ContradictionType, Kind, Link, State, Strength
from claims.models.review import Disclosure, Lease, Review, Skip

__all__ = [
    "IN_REVIEW",
    "Claim",
    "ClaimTopic",
    "ContradictionType",
    "Credibility",
    "Disclosure",
    "ImportedLine",
    "Kind",
    "Lease",
    "Link",
    "Modality",
    "Review",
    "Skip",
    "Speaker",
    "State",
    "Strength",
    "Topic",
]

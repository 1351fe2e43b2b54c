"""A round of learning that succeeds: people judge otherwise than the judge that ships, and their lead reads of it."""

import pytest
from django.test import Client
from django.utils import timezone

from claims.actions.learning import dossiers_to_learn, learn_from_verdicts
from claims.models import Claim, LearnedJudge, Link
from claims.proposing import Basis
from sources.models import Dossier, Membership
from tests.conftest import make_source

PAIRS = 80


def settle(dossier: Dossier, *, by: Membership) -> None:
    """Pairs settled as this dossier's people do: a ton more or less contradicts, other words for the same support."""
    said = []
    for n in range(PAIRS):
        if n % 2:
            said.append(
                (f"Mine {n} of K{n} yielded {4000 + n} tons.", f"Mine {n} of K{n} yielded {4001 + n} tons.")
            )
        else:
            said.append((f"The mine at K{n} never closed.", f"The mine at K{n} worked on, all the years."))
    texts = [text for pair in said for text in pair]
    source = make_source(dossier, " ".join(texts), by=by)
    starts = [source.text.index(text) for text in texts]
    claims = Claim.objects.bulk_create(
        Claim(dossier=dossier, number=n + 1, source=source, quote=text, start=start, end=start + len(text),
              statement=text, config="english", by=by)
        for n, (text, start) in enumerate(zip(texts, starts, strict=True))
    )  # fmt: skip
    Link.objects.bulk_create(
        Link(dossier=dossier, number=n + 1, from_claim=claims[2 * n], to_claim=claims[2 * n + 1], by=by,
             kind="contradicts" if n % 2 else "supports", adjudication_verdict="contradicts" if n % 2 else "supports",
             adjudicated_by=by, adjudicated_at=timezone.now())
        for n in range(PAIRS)
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Vectors and pairs read together take seconds, and are tested by themselves."""
    monkeypatch.setattr("claims.proposing.entailment", lambda: None)
    monkeypatch.setattr("claims.proposing.embedder", lambda named: None)


def test_verdicts_teach_and_the_lead_reads_what_came_of_it(
    dossier: Dossier, lead: Membership, client: Client
) -> None:
    settle(dossier, by=lead)
    assert dossiers_to_learn() == [dossier.pk]
    shipped = Basis.of(dossier).judge
    learned = learn_from_verdicts(dossier)
    assert learned.better
    assert learned.judge
    assert learned.before
    assert learned.after
    assert learned.after["log_loss"] < learned.before["log_loss"] - 0.1
    assert learned.after["accuracy"] > learned.before["accuracy"]
    assert len(learned.taught) == PAIRS
    in_force = Basis.of(dossier).judge
    assert in_force.version != shipped.version
    assert in_force.version.endswith(f"learned from {PAIRS} verdicts")
    assert dossiers_to_learn() == [], "of the same verdicts nothing more is learned"

    assert lead.user
    client.force_login(lead.user)
    page = client.get(f"/d/{dossier.slug}/pair/suggestions/").content.decode()
    assert f"learned from {PAIRS} settled pairs of this dossier is in force" in page
    assert f"{learned.before['log_loss']:.3f}" in page
    assert f"{learned.after['log_loss']:.3f}" in page

    again = learn_from_verdicts(dossier)
    assert again.judge == LearnedJudge.objects.get().judge == learned.judge, "the judge in force stays"


def test_what_was_tried_in_vain_is_not_tried_again_however_much_waits(
    dossier: Dossier, lead: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(dossier, by=lead)
    monkeypatch.setattr("claims.actions.learning.MOST", PAIRS - 20)
    LearnedJudge.objects.create(dossier=dossier, tried=PAIRS - 10, tried_at=timezone.now())
    assert dossiers_to_learn() == []
    assert learn_from_verdicts(dossier).tried == PAIRS - 10
    LearnedJudge.objects.update(tried=PAIRS - 20)
    assert dossiers_to_learn() == [dossier.pk]

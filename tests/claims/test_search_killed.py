"""A worker that is killed while it writes what a search found: whoever goes on begins after its last block."""

import pytest
from django.db.models import Max
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.actions.suggestion import begin_run, go_on, searching
from claims.models import LookedAt, Suggested, SuggestionRun
from claims.proposing import Basis
from sources.models import Dossier, Membership
from tests.conftest import make_claim, make_source
from tests.sources.test_jobs import kill_when, worker

pytestmark = pytest.mark.django_db(transaction=True)

CLAIMS = 8
BLOCKS = 2


def test_killed_search_loses_nothing_and_does_nothing_twice(
    dossier: Dossier, analyst: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claims.proposing.entailment", lambda: None)
    texts = [
        f"Trade with country {n % 4} {'rose' if n % 2 else 'fell'} in 202{n % 3}." for n in range(CLAIMS)
    ]
    source = make_source(dossier, " ".join(texts), by=analyst)
    claims = [make_claim(source, text, by=analyst, statement=text) for text in dict.fromkeys(texts)]
    begin_run(dossier, by=analyst)
    with worker("-m", "tests.claims.searching", str(BLOCKS)) as first:
        kill_when(first, lambda: SuggestionRun.objects.get().done == 2 * BLOCKS)
    run = SuggestionRun.objects.get()
    assert (run.state, run.done, run.last) == ("working", 2 * BLOCKS, claims[2 * BLOCKS - 1].pk)
    assert ProcrastinateJob.objects.get(task_name="claims.tasks.look_for_suggestions").status == "doing"
    assert set(LookedAt.objects.values_list("claim", flat=True)) == {
        claim.pk for claim in claims[: 2 * BLOCKS]
    }, "of the block that it was writing nothing is there"
    before = LookedAt.objects.aggregate(last=Max("at"))["last"]

    assert go_on(dossier, enough=lambda: False)
    run.refresh_from_db()
    assert (run.state, run.done) == ("done", len(claims))
    assert LookedAt.objects.filter(at__lte=before).count() == 2 * BLOCKS, "what was done is not done again"
    assert LookedAt.objects.count() == len(claims)
    found = searching(Basis.of(dossier)).judged([claim.pk for claim in claims])
    best: dict[tuple[int, int, str], float] = {}
    for one in found:
        key = (one.one[0], one.other[0], one.suggestion.stance.value)
        best[key] = max(best.get(key, 0.0), one.suggestion.score)
    kept = {
        (one, other, stance): score
        for one, other, stance, score in Suggested.objects.values_list("one", "other", "stance", "score")
    }
    assert kept == {key: pytest.approx(score, abs=1e-3) for key, score in best.items() if score >= 0.05}

"""Settling by rule: a dry run that lists what would change, then the same in earnest."""

from collections import Counter
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from claims.actions.presettle import AT_ONCE, dry_run, unopened
from claims.actions.presettle import presettle as settle
from claims.actions.review import disclose
from claims.forms.presettle import RuleForm
from claims.models import Link, State
from claims.querysets.link import fetch_sides
from claims.rules import Rule
from config.web import Request, done, invalid, show
from sources.access import Access, enter
from sources.models import Role
from sources.pages import COUNTED

LISTED = 100
"""How many of the links that would change are listed."""


@dataclass(frozen=True)
class Row:
    """A link that would be settled, as what, and who said what: (verdict, how many)."""

    link: Link
    verdict: str
    tally: list[tuple[str, int]]


@require_http_methods(["GET", "HEAD", "POST"])
def presettle(request: Request, slug: str) -> HttpResponse:
    """GET with a rule is the dry run, POST settles. Of links that this lead could still judge nothing is told."""
    access = enter(request, slug, Role.LEAD)
    given = request.POST if request.method == "POST" else request.GET
    form = RuleForm(given if request.method == "POST" or "rule" in given else None)
    if form.is_valid() and request.method == "POST":
        try:
            kept = settle(access=access, rule=form.as_rule())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            undo = reverse("claims:undo-revision", args=[slug, kept.uid])
            return done(request, reverse("claims:disputed", args=[slug]), kept.said, undo=undo)
    rule = form.as_rule() if form.is_valid() else None
    answer = invalid if form.errors else show
    context = {"section": "disputed", "form": form, "rule": rule, **_dry_run(access, rule)}
    return answer(request, "claims/presettle.html", context)


def _dry_run(access: Access, rule: Rule | None) -> dict[str, object]:
    waiting = Link.objects.live().filter(dossier=access.dossier, state=State.PROPOSED)
    told: dict[str, object] = {
        "unopened": unopened(access),
        "in_review": waiting.hidden_from(access).order_by()[: COUNTED + 1].count(),
        "counted": COUNTED,
        "at_once": AT_ONCE,
    }
    if rule is None:
        return told
    found = dry_run(access, rule)
    links = list(Link.objects.filter(pk__in=found.verdicts).order_by("number")[:LISTED])
    fetch_sides(links)
    disclose(access, links)
    rows = [
        Row(link, found.verdicts[link.pk], sorted(found.tallies[link.pk].items(), key=lambda one: -one[1]))
        for link in links
    ]
    counts = sorted(Counter(found.verdicts.values()).items())
    return {**told, "rows": rows, "total": len(found.verdicts), "counts": counts}

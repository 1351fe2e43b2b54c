"""Topics: the list with counts, renaming, merging several into one, deleting one under which nothing stands."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import FETCH_RAISE
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from claims.actions.topic import NameTaken, delete_topic, merge_topics, rename_topic
from claims.forms.desk import TopicForm
from claims.models import Revision, Topic
from claims.querysets.speaker import TopicQuerySet
from claims.views.bulk import asked_names
from config.web import Request, done, invalid, show
from sources.access import Access, enter
from sources.models import Role

PAGE = 50


@require_safe
def topic_list(request: Request, slug: str) -> HttpResponse:
    """The topics of the dossier by name, with how many claims stand under each."""
    access = enter(request, slug, Role.VIEWER)
    words, after = (request.GET.get(name, "").replace("\0", "").strip() for name in ("q", "after"))
    rows = _topics(access).like(words).after(after).order_by("name").with_counts().fetch_mode(FETCH_RAISE)
    found = list(rows[: PAGE + 1])
    asked = {"q": words} if words else {}
    first = f"{request.path}?{urlencode(asked)}" if asked else request.path
    following = f"?{urlencode({**asked, 'after': found[PAGE - 1].name})}" if len(found) > PAGE else ""
    context = {
        "section": "topics",
        "rows": found[:PAGE],
        "words": words,
        "first": first if after else "",
        "next": following,
    }
    return show(request, "claims/topic_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def topic_edit(request: Request, slug: str) -> HttpResponse:
    """Rename the topic ``name``. Onto a name that there is: asks whether the two are to be merged (409)."""
    access = enter(request, slug, Role.ANALYST)
    name = (request.POST.get("topic") or request.GET.get("name", "")).replace("\0", "")
    topic = get_object_or_404(_topics(access).with_counts(), name=name)
    form = TopicForm(request.POST if request.method == "POST" else None, initial={"name": name})
    context = {"section": "topics", "topic": topic, "form": form}
    if request.method != "POST":
        return show(request, "claims/topic_edit.html", context)
    if form.is_valid():
        to = form.cleaned_data["name"]
        try:
            revision = rename_topic(dossier=access.dossier, name=name, to=to, by=access.person)
        except NameTaken:
            asked = urlencode([("name", name), ("name", to)])
            merge = f"{reverse('claims:topic-merge', args=[slug])}?{asked}"
            return show(
                request, "claims/topic_edit.html", {**context, "taken": to, "merge": merge}, status=409
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _done(request, slug, revision, f"{to} saved.")
    return invalid(request, "claims/topic_edit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def topic_merge(request: Request, slug: str) -> HttpResponse:
    """What would become of several topics merged into one of them; POST does it, ``into`` one."""
    access = enter(request, slug, Role.ANALYST)
    names = asked_names(request, "name")
    refused = ""
    if request.method == "POST":
        into = request.POST.get("into", "").replace("\0", "")
        try:
            revision = merge_topics(dossier=access.dossier, into=into, others=names, by=access.person)
        except ValidationError as error:
            refused = " ".join(error.messages)
        else:
            return _done(request, slug, revision, revision.said)
    found = list(_topics(access).filter(name__in=names).order_by("name").with_counts())
    offers = [(one, [other for other in found if other != one]) for one in found]
    context = {
        "section": "topics",
        "rows": found,
        "offers": offers if len(found) > 1 else [],
        "refused": refused,
    }
    answer = invalid if refused else show
    return answer(request, "claims/topic_merge.html", context)


@require_POST
def topic_delete(request: Request, slug: str) -> HttpResponse:
    """Delete a topic under which nothing stands."""
    access = enter(request, slug, Role.ANALYST)
    name = request.POST.get("name", "").replace("\0", "")
    try:
        revision = delete_topic(dossier=access.dossier, name=name, by=access.person)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(reverse("claims:topic-list", args=[slug]))
    return _done(request, slug, revision, revision.said)


def _done(request: Request, slug: str, revision: Revision | None, said: str) -> HttpResponse:
    undo = reverse("claims:undo-revision", args=[slug, revision.uid]) if revision else ""
    return done(
        request, reverse("claims:topic-list", args=[slug]), revision.said if revision else said, undo=undo
    )


def _topics(access: Access) -> TopicQuerySet:
    return Topic.objects.filter(dossier=access.dossier)

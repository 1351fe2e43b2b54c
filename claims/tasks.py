"""Background jobs that write claims and what they rest on, and those that write exports."""

from dataclasses import replace
from datetime import UTC, datetime

from asgiref.sync import sync_to_async
from django.http import QueryDict
from procrastinate import JobContext
from procrastinate.contrib.django import app

from claims.actions.intake import store_intake_items
from claims.actions.learning import dossiers_to_learn, learn_from_verdicts
from claims.actions.suggestion import go_on, look_later, runs_without_job
from claims.actions.webhook import clear_deliveries, tell, tell_later, to_be_told
from claims.digest import send_digests
from claims.exchange import exporting
from claims.exchange.registry import FORMATS
from claims.exchange.selection import Selection
from claims.exchange.set_formats import SET_FORMATS
from claims.filters.annotated_set import SetFilter, selected
from claims.models import Export, Link
from sources.access import access_for
from sources.actions.intake import go_on_later
from sources.models import Dossier
from sources.tasks import AGAIN, another_may_do_it, turn

LONG_TURN = 60.0
"""So many seconds a search works before it lets others have a turn: it reads a small dossier anew each time."""


@app.task(pass_context=True, retry=AGAIN)
def store_intake(context: JobContext, intake: int) -> None:
    """Bring in the items of an intake that its person confirmed."""
    with another_may_do_it(context.job):
        if not store_intake_items(intake, enough=turn(context)):
            go_on_later(intake)


@app.task(pass_context=True, retry=AGAIN)
def look_for_suggestions(context: JobContext, dossier: int) -> None:
    """Go on with the search of a dossier for suggestions, and with claims that were judged in haste."""
    with another_may_do_it(context.job):
        for found in Dossier.objects.filter(pk=dossier):
            if not go_on(found, enough=turn(context, LONG_TURN)):
                look_later(dossier)


@app.periodic(cron="* * * * * */10")
@app.task(queueing_lock="take_up_searches")
def take_up_searches(timestamp: int) -> None:
    """Queue anew the searches that are at work without a job."""
    for key in runs_without_job():
        look_later(key)


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="learn_from_verdicts")
def learn_from_new_verdicts(timestamp: int) -> None:
    """Let the dossiers learn where enough verdicts were settled."""
    for dossier in Dossier.objects.filter(pk__in=dossiers_to_learn()):
        learn_from_verdicts(dossier)


@app.periodic(cron="5 5-11 * * *")
@app.task(queueing_lock="send_daily_mail")
def send_daily_mail(timestamp: int) -> None:
    """Send what is new to whoever asked for it, in the morning (UTC); hourly, for what could not go the hour before."""
    send_digests(datetime.fromtimestamp(timestamp, UTC).date())


@app.task(pass_context=True, retry=AGAIN)
def write_export(context: JobContext, export: int) -> None:
    """Write an export that somebody asked for."""
    with another_may_do_it(context.job):
        name = Export.objects.filter(pk=export).values_list("format", flat=True).first() or ""
        chosen = FORMATS.get(name) or SET_FORMATS.get(name)
        try:
            exporting.write_export(export, chosen=chosen, selection=selection_of, stop=context.should_abort)
        except exporting.Interrupted:
            exporting.go_on_with_export(export)


def selection_of(export: Export) -> Selection | None:
    """What an export holds, as whoever asked for it may see it now; None when she may not enter any more."""
    user = export.by.user
    access = access_for(user, export.dossier) if user and user.is_active else None
    if access is None:
        return None
    links = Link.objects.live().filter(dossier=export.dossier)
    filters = SetFilter(QueryDict(export.query), links, access=access)
    if not filters.is_valid():
        return None
    chosen = selected(access, filters)
    return replace(chosen, told=lambda: None) if export.annotated_set_id else chosen


@app.periodic(cron="* * * * * */10")
@app.task(queueing_lock="take_up_exports")
async def take_up_exports(timestamp: int) -> None:
    """Queue the jobs of exports that are to be written and have none."""
    for key in await sync_to_async(exporting.exports_without_job)():
        await sync_to_async(exporting.go_on_with_export)(key)


@app.periodic(cron="27 3 * * *")
@app.task(queueing_lock="clear_exports")
def clear_exports(timestamp: int) -> None:
    """Remove the exports whose week is over, and what webhooks were told a month ago."""
    Export.objects.expired().delete()
    clear_deliveries()


@app.task(pass_context=True, retry=AGAIN)
def tell_webhook(context: JobContext, webhook: int) -> None:
    """Tell an address what is due."""
    with another_may_do_it(context.job):
        tell(webhook, enough=turn(context))


@app.periodic(cron="* * * * * */10")
@app.task(queueing_lock="tell_webhooks")
def tell_webhooks(timestamp: int) -> None:
    """Queue the jobs of the addresses for which something is due."""
    for key in to_be_told():
        tell_later(key)

"""Background jobs that write claims and what they rest on."""

from datetime import UTC, datetime

from procrastinate import JobContext
from procrastinate.contrib.django import app

from claims.actions.intake import store_intake_items
from claims.actions.learning import dossiers_to_learn, learn_from_verdicts
from claims.actions.suggestion import go_on, look_later, runs_without_job
from claims.digest import send_digests
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

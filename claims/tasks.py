"""Background jobs that write claims and what they rest on."""

from datetime import UTC, datetime

from procrastinate import JobContext
from procrastinate.contrib.django import app

from claims.actions.intake import store_intake_items
from claims.digest import send_digests
from sources.actions.intake import go_on_later
from sources.tasks import AGAIN, another_may_do_it, turn


@app.task(pass_context=True, retry=AGAIN)
def store_intake(context: JobContext, intake: int) -> None:
    """Bring in the items of an intake that its person confirmed."""
    with another_may_do_it(context.job):
        if not store_intake_items(intake, enough=turn(context)):
            go_on_later(intake)


@app.periodic(cron="5 5-11 * * *")
@app.task(queueing_lock="send_daily_mail")
def send_daily_mail(timestamp: int) -> None:
    """Send what is new to whoever asked for it, in the morning (UTC); hourly, for what could not go the hour before."""
    send_digests(datetime.fromtimestamp(timestamp, UTC).date())

"""Background jobs that keep the house: nothing here waits for a person."""

from datetime import timedelta

from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app

from sources.models import Draft, Invitation

DRAFT_KEPT = timedelta(days=7)


@app.periodic(cron="*/2 * * * *")
@app.task(queueing_lock="take_up_lost_jobs", pass_context=True)
async def take_up_lost_jobs(context: JobContext, timestamp: int) -> None:
    """Queue anew the jobs whose worker was killed: a lost job says that it is being done, for ever."""
    for job in await context.app.job_manager.get_stalled_jobs():
        await context.app.job_manager.retry_job(job)


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="clear_what_expired")
def clear_what_expired(timestamp: int) -> None:
    """Remove expired sessions, drafts a week old, and invitations that nobody used for a month past their end."""
    SessionStore.clear_expired()
    Invitation.objects.filter(used_at=None, expires_at__lt=timezone.now() - timedelta(days=30)).delete()
    Draft.objects.filter(at__lt=timezone.now() - DRAFT_KEPT).delete()

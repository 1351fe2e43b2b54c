"""Background jobs: those that keep the house, and the reading of what was brought in."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Job, Status

from sources.actions import origin as origins
from sources.actions.intake import go_on_later, read_items, without_job
from sources.actions.original import remove_unused_originals
from sources.intake.readers import Readers
from sources.models import Dossier, Draft, Intake, Invitation

DRAFT_KEPT = timedelta(days=7)

TURN = 15.0
"""So many seconds a long job works before it lets others have a turn."""

AGAIN = RetryStrategy(max_attempts=20, wait=5)
"""For jobs that may be run again: each goes on where it was."""

logger = logging.getLogger(__name__)


@app.periodic(cron="* * * * * */10")
@app.task(queueing_lock="take_up_lost_jobs", pass_context=True)
async def take_up_lost_jobs(context: JobContext, timestamp: int) -> None:
    """Queue anew the jobs whose worker was killed: a lost job says that it is being done, for ever.

    And those of intakes that are at work without one. Where another waits to do the same, the lost one is forgotten:
    the other could not begin before it ends.
    """
    stalled = settings.PROCRASTINATE_WORKER_DEFAULTS["stalled_worker_timeout"]
    for job in await context.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=stalled):
        try:
            await context.app.job_manager.retry_job(job)
        except UniqueViolation:
            await context.app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)
    await sync_to_async(_take_up_intakes)()


def _take_up_intakes() -> None:
    for key in without_job():
        go_on_later(key)


@app.task(pass_context=True, retry=AGAIN)
def read_intake(context: JobContext, intake: int) -> None:
    """Read the items of an intake that wait to be read."""
    with another_may_do_it(context.job), Readers() as apart:
        if not read_items(intake, apart=apart, enough=turn(context)):
            go_on_later(intake)


@app.task(pass_context=True, retry=AGAIN)
def propose_origins(context: JobContext, dossier: int) -> None:
    """Compute the proposed origins of a dossier anew. Defer it with ``sources.actions.origin.propose_later``."""
    with another_may_do_it(context.job):
        for found in Dossier.objects.filter(pk=dossier):
            origins.propose_origins(found)


@contextmanager
def another_may_do_it(job: Job) -> Iterator[None]:
    """A job that fails while its like waits is not run again: the other does it, and two cannot wait in one queue."""
    try:
        yield
    except Exception:
        alike = ProcrastinateJob.objects.filter(status="todo", queueing_lock=job.queueing_lock)
        if job.queueing_lock is None or not alike.exists():
            raise
        logger.exception("job %s; another that waits does it", job.id)


def turn(context: JobContext, seconds: float = TURN) -> Callable[[], bool]:
    """Whether a job has worked for its turn, or its worker is to end."""
    until = time.monotonic() + seconds
    return lambda: time.monotonic() > until or context.should_abort()


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="clear_what_expired")
def clear_what_expired(timestamp: int) -> None:
    """Remove expired sessions, invitations that nobody used for a month past their end, drafts that are a week old and
    intakes that nobody touched for one, unless a job is to go on with them, with the files that nothing came from.
    """  # fmt: skip
    SessionStore.clear_expired()
    Invitation.objects.filter(used_at=None, expires_at__lt=timezone.now() - timedelta(days=30)).delete()
    Draft.objects.filter(intake=None, at__lt=timezone.now() - DRAFT_KEPT).delete()
    Intake.objects.filter(changed_at__lt=timezone.now() - DRAFT_KEPT).idle().delete()
    remove_unused_originals()

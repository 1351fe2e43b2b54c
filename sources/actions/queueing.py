"""Queueing a job so that one is enough."""

from contextlib import suppress
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued


def queue_once(task: str, lock: str, *, waiting: str = "", **arguments: Any) -> None:
    """Queue a job, unless one waits already under ``waiting`` (else ``lock``). Two with one lock never run at once."""
    job = app.configure_task(task, lock=lock, queueing_lock=waiting or lock)
    with suppress(AlreadyEnqueued), transaction.atomic():
        job.defer(**arguments)

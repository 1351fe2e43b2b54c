"""A worker that is killed in the middle: another goes on where it was, and does nothing twice."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from django.conf import settings
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job
from psycopg.conninfo import make_conninfo

from sources.actions.intake import File, begin_intake, begin_storing, go_on_later, without_job
from sources.actions.origin import propose_later
from sources.models import Dossier, Draft, Intake, Membership, Source
from sources.tasks import another_may_do_it

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 60
WAIT = 90.0
HOUSE = ("manage.py", "procrastinate", "worker", "--shutdown-graceful-timeout=1")


def files() -> list[File]:
    found = []
    for number in range(MANY):
        words = f"Article number {number} speaks of {'abcdefghij'[number % 10] * (number + 3)} alone."
        name, data = f"{number:03}.txt", words.encode()
        if number % 3 == 0:
            name, data = f"{number:03}.html", f"<html><body><p>{words}</p></body></html>".encode()
        found.append(File(name, len(data), partial(list, [data])))
    return found


@contextmanager
def worker(
    *command: str,
) -> Iterator[subprocess.Popen[bytes]]:
    """A worker of its own process on the tests' database; the command is given where it is another than the house's."""
    parameters = connection.get_connection_params()
    where = {name: parameters[name] for name in ("host", "port", "dbname", "user") if name in parameters}
    process = subprocess.Popen(
        [sys.executable, *(command or HOUSE)],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DATABASE_URL": make_conninfo("", **where),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT
    while not what():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def kill_when(process: subprocess.Popen[bytes], what: Callable[[], bool]) -> None:
    until(what)
    process.send_signal(signal.SIGKILL)
    process.wait()
    # Time passes: nobody hears of it for a while.
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")


def test_killed_worker_loses_nothing_and_nothing_is_done_twice(dossier: Dossier, analyst: Membership) -> None:
    intake = begin_intake(dossier=dossier, by=analyst, files=files())

    def are(state: str) -> int:
        return Draft.objects.filter(intake=intake, state=state).count()

    def is_now(state: str) -> bool:
        return Intake.objects.get(pk=intake.pk).state == state

    with worker() as first:
        kill_when(first, lambda: are("read") >= 10)
    read = are("read")
    assert 10 <= read < MANY
    assert ProcrastinateJob.objects.get(task_name="sources.tasks.read_intake").status == "doing"

    with worker() as second:
        until(lambda: is_now("ready"))
        assert are("read") == MANY
        begin_storing(intake)
        kill_when(second, lambda: are("stored") >= 10)
    stored = are("stored")
    assert 10 <= stored < MANY
    assert Source.objects.count() == stored

    with worker():
        until(lambda: is_now("done"))
    assert are("stored") == MANY
    sources = list(Source.objects.order_by("number"))
    assert [source.number for source in sources] == list(range(1, MANY + 1))
    items = Draft.objects.filter(intake=intake).order_by("position")
    assert [item.source_id for item in items] == [source.pk for source in sources]
    assert len({source.text for source in sources}) == MANY


def test_intake_without_a_job_is_taken_up(dossier: Dossier, analyst: Membership) -> None:
    intake = begin_intake(dossier=dossier, by=analyst, files=files()[:6])
    assert without_job() == []
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_events; DELETE FROM procrastinate_jobs")
    assert without_job() == [intake.pk]
    go_on_later(intake.pk)
    go_on_later(intake.pk)
    assert ProcrastinateJob.objects.count() == 1
    assert without_job() == []


def test_lost_job_whose_like_waits_holds_nothing_up(dossier: Dossier, analyst: Membership) -> None:
    intake = begin_intake(dossier=dossier, by=analyst, files=files()[:6])
    jobs = ProcrastinateJob.objects.filter(lock=f"intake-{intake.uid}")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute') RETURNING id"
        )
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s",
            [*cursor.fetchone(), jobs.get().pk],
        )
    go_on_later(intake.pk)
    assert sorted(jobs.values_list("status", flat=True)) == ["doing", "todo"]
    with worker():
        until(lambda: Intake.objects.get(pk=intake.pk).state == "ready")


def test_failing_job_whose_like_waits_leaves_it_to_that(dossier: Dossier) -> None:
    job = Job(
        id=1,
        queue="default",
        lock="a",
        queueing_lock=f"origins of {dossier.pk}",
        task_name="sources.tasks.propose_origins",
    )
    with pytest.raises(ZeroDivisionError), another_may_do_it(job):
        _ = 1 / 0
    propose_later(dossier)
    with another_may_do_it(job):
        _ = 1 / 0

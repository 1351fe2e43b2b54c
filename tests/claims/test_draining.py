"""Some people drain a small dossier over HTTP while clients vanish: every slot is filled once (the whole of it: see
``tests.benchmarks.reviewing``).
"""  # fmt: skip

from types import SimpleNamespace
from typing import Any

import pytest

from claims.models import Lease
from tests.benchmarks.drain import Run, drain, judge, prepare


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("order", ["oldest", "random"])
def test_every_slot_is_filled_once_though_clients_vanish(
    live_server: Any, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    monkeypatch.setattr("tests.benchmarks.drain.VANISHING", 0.3)
    run = Run(people=6, links=12, reviews=2, order=order, kill=False, away=0.2)
    prepare(run)
    # Of a server that is not killed only the port is asked for.
    drain(run, SimpleNamespace(port=live_server.thread.port))  # type: ignore[arg-type]
    assert judge(run) == []
    assert Lease.objects.count() <= run.people

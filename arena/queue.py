"""The only place that names tasks. Work is enqueued after the commit that made it (design, invariant 5).

A broker that is down loses nothing: the row is the truth, and the sweep enqueues it again.
"""

import logging
from functools import partial
from typing import Any

from django.db import transaction
from kombu.exceptions import OperationalError

from arena.celery import app

log = logging.getLogger(__name__)

ANSWER = "workers.answer"
EXPORT = "workers.export"
FILL = "workers.fill_buffer"
PURGE = "workers.purge"
REFIT = "workers.refit"
REFIT_FROM_VOTES = "workers.refit_from_votes"
SWEEP = "workers.sweep"
PROBE_HOSTS = "workers.probe_hosts"
THIN = "workers.thin_snapshots"
PULL = "workers.pull"
TRY_OUT = "workers.try_out"
NAMES = (ANSWER, EXPORT, FILL, PURGE, REFIT, REFIT_FROM_VOTES, SWEEP, PROBE_HOSTS, THIN, PULL, TRY_OUT)


def voter_queue(host_id: int) -> str:
    """Name the queue of a host's replies that a voter waits for."""
    return f"host.{host_id}.voter"


def idle_queue(host_id: int) -> str:
    """Name the queue of a host's work that nobody waits for."""
    return f"host.{host_id}.idle"


def answer(reply_id: int, host_id: int, idle: bool = False) -> None:
    """Ask a worker to write a reply; `idle` where nobody waits for it."""
    _after_commit(ANSWER, [reply_id], (idle_queue if idle else voter_queue)(host_id))


def export() -> None:
    """Make the files of votes where new ones are due."""
    _after_commit(EXPORT, [])


def fill() -> None:
    """Bring the buffer of instant battles up to its size."""
    _after_commit(FILL, [])


def pull(pull_id: int, host_id: int) -> None:
    """Ask a worker to bring a model to a host."""
    _after_commit(PULL, [pull_id], idle_queue(host_id))


def try_out(try_out_id: int, host_id: int) -> None:
    """Ask a worker to answer an admin's prompt."""
    _after_commit(TRY_OUT, [try_out_id], voter_queue(host_id))


def refit() -> None:
    """Count new votes and publish a snapshot."""
    _after_commit(REFIT, [])


def probe_hosts() -> None:
    """Look at every host now."""
    _after_commit(PROBE_HOSTS, [])


def _after_commit(name: str, args: list[Any], queue: str | None = None) -> None:
    transaction.on_commit(partial(_send, name, args, queue))


def _send(name: str, args: list[Any], queue: str | None) -> None:
    options: dict[str, Any] = {"queue": queue} if queue else {}
    try:
        app.signature(name, args=args).apply_async(retry=False, **options)
    except OperationalError as error:
        log.warning("the broker is away, the sweep will send %s again: %s", name, error)

"""The Celery tasks: thin names over functions that can be called without Celery. Arguments are ids."""

from typing import Any

from celery.signals import celeryd_after_setup, heartbeat_sent, worker_ready
from django.conf import settings

from arena import queue
from arena.battles import forget, instant
from arena.catalogue.models import Host
from arena.celery import app
from arena.leaderboard import exports
from arena.leaderboard.services import thin_snapshots
from arena.pauses import keep_what_is_loaded
from arena.worker_signs import show_worker
from workers import answers, hosts, pulls, refits, sweep, try_outs


@app.task(name=queue.ANSWER)
def answer(reply_id: int) -> None:
    """Write a reply."""
    answers.answer(reply_id)


@app.task(name=queue.EXPORT)
def export() -> None:
    """Make the files of votes."""
    exports.renew()


@app.task(name=queue.FILL)
def fill_buffer() -> None:
    """Make instant battles."""
    instant.fill()


@app.task(name=queue.PURGE)
def purge() -> None:
    """Delete text that is older than the site keeps it."""
    forget.older_than(settings.KEEP_TEXT_DAYS)


@app.task(name=queue.PULL)
def pull(pull_id: int) -> None:
    """Bring a model to a host."""
    pulls.pull(pull_id)


@app.task(name=queue.TRY_OUT)
def try_out(try_out_id: int) -> None:
    """Answer an admin's prompt."""
    try_outs.try_out(try_out_id)


@app.task(name=queue.SWEEP)
def sweep_all() -> None:
    """Find what was lost."""
    sweep.sweep()


@app.task(name=queue.PROBE_HOSTS)
def probe_hosts() -> None:
    """Look at every host."""
    hosts.probe_all()
    hosts.follow_queues()


@app.task(name=queue.REFIT)
def refit() -> None:
    """Count new votes and publish snapshots."""
    refits.keep_up()


@app.task(name=queue.REFIT_FROM_VOTES)
def refit_from_votes() -> None:
    """Publish snapshots of the boards that need single votes."""
    refits.from_votes()


@app.task(name=queue.THIN)
def thin() -> None:
    """Keep one snapshot a day of those older than a week."""
    thin_snapshots()


@celeryd_after_setup.connect
def listen_to_hosts(sender: str, instance: Any, **kwargs: Any) -> None:
    """Consume the queues of every host known when the worker starts."""
    for host_id in Host.objects.values_list("pk", flat=True):
        for name in (queue.voter_queue(host_id), queue.idle_queue(host_id)):
            # by the rule for missing queues, so that publisher and worker declare the same type
            queues = instance.app.amqp.queues
            queues.select_add(queues.new_missing(name))


@worker_ready.connect
def settle(sender: Any, **kwargs: Any) -> None:
    """Spare the collector everything that was imported."""
    keep_what_is_loaded()


@worker_ready.connect
@heartbeat_sent.connect
def give_sign(sender: Any, **kwargs: Any) -> None:
    """Say that a worker is there: at start, and with each of Celery's own heartbeats (2 s)."""
    show_worker()

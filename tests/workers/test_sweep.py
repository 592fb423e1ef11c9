"""What was lost is found again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from arena.battles import making, streams
from arena.battles.models import Battle, Reply, Voter
from arena.catalogue.models import Deployment, Pull
from arena.redis import client
from tests.conftest import CN_TAG, US_TAG
from tests.double import Double, answer
from workers import leases, sweep

LONG_AGO = timedelta(minutes=2)


@pytest.fixture
def battle(pair: tuple[Deployment, Deployment], alice: Voter) -> Battle:
    return making.start(alice, "Hello?")


def running(battle: Battle, **fields: object) -> Reply:
    reply = battle.turns.get().replies.get(side="A")
    Reply.objects.filter(pk=reply.pk).update(
        **{"state": "running", "attempt": 3, "tries": 1, "claimed": timezone.now() - LONG_AGO, **fields}
    )
    reply.refresh_from_db()
    return reply


def test_a_dead_workers_reply_is_done_again(battle: Battle):
    reply = running(battle)
    sweep.sweep()
    reply.refresh_from_db()
    assert (reply.state, reply.attempt) == ("queued", 4)


def test_a_heartbeat_in_redis_keeps_it(battle: Battle):
    reply = running(battle)
    client().set(streams.beat_key(reply.pk, 3), "1", ex=15)
    sweep.sweep()
    reply.refresh_from_db()
    assert (reply.state, reply.attempt) == ("running", 3)


def test_a_lease_in_the_database_keeps_it_when_redis_was_restarted(battle: Battle):
    reply = running(battle)
    assert leases.acquire(reply.deployment.host, f"reply:{reply.pk}:3")
    sweep.sweep()
    reply.refresh_from_db()
    assert reply.state == "running"


def test_a_reply_whose_workers_keep_dying_fails(battle: Battle):
    reply = running(battle, tries=3)
    sweep.sweep()
    reply.refresh_from_db()
    assert reply.state == "failed"
    assert client().xrange(streams.stream_key(reply.pk, 3))[-1][1]["end"] == "failed"


def test_a_lost_message_is_sent_again(battle: Battle, ollama: Double, django_capture_on_commit_callbacks):
    for tag in (CN_TAG, US_TAG):
        ollama.chat(tag, answer("Found again."))
    Reply.objects.update(enqueued=timezone.now() - LONG_AGO)
    with django_capture_on_commit_callbacks(execute=True):
        sweep.sweep()
    assert set(Reply.objects.values_list("state", flat=True)) == {"whole"}


def test_a_reply_that_has_not_waited_long_is_left_alone(battle: Battle, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        sweep.sweep()
    assert not callbacks


def test_a_pull_without_heartbeat_goes_on(battle: Battle, django_capture_on_commit_callbacks):
    host = Deployment.objects.first().host
    pull = Pull.objects.create(host=host, tag="x", state="running", beat=timezone.now() - LONG_AGO)
    with django_capture_on_commit_callbacks() as callbacks:
        sweep.sweep()
    pull.refresh_from_db()
    assert (pull.state, len(callbacks)) == ("queued", 1)


def test_an_old_open_battle_is_abandoned(battle: Battle):
    Battle.objects.update(created=timezone.now() - timedelta(days=3))
    sweep.sweep()
    battle.refresh_from_db()
    assert battle.state == "abandoned"

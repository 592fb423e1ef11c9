"""Writes one reply: claim, stream, finish. Every write carries the attempt it belongs to (decisions §2)."""

import logging
import time
from dataclasses import dataclass, field

import redis
from django.conf import settings
from django.db.models import F
from django.utils import timezone

from arena import queue
from arena.battles import prompting, streams
from arena.battles.making import voters_wait
from arena.battles.models import Reply, unclaimed
from arena.catalogue.models import Deployment, Host
from arena.redis import client
from workers import errors, leases
from workers.ollama import Chat, Deadlines, Ollama, clock_ms
from workers.pulse import PULSE, Active
from workers.trim import Trimmer
from workers.wire import Chunk, Done
from workers.writer import Writer

log = logging.getLogger(__name__)

TRIES = 3  # claims of one reply before it counts as failed
BACKOFF_SECONDS = (0.5, 2.0)


@dataclass
class Heard:
    """What came back, and when the first words did."""

    done: Done
    first_token_ms: int | None
    total_ms: int


@dataclass
class Words:
    """Raw and visible words of one attempt."""

    writer: Writer
    raw: list[str] = field(default_factory=list)
    thinking: list[str] = field(default_factory=list)
    trimmer: Trimmer = field(default_factory=Trimmer)

    def add(self, chunk: Chunk) -> None:
        """Take a chunk; reasoning is kept apart and never streamed."""
        if chunk.thinking:
            self.thinking.append(chunk.thinking)
        if chunk.content:
            self.raw.append(chunk.content)
            self.writer.add(self.trimmer.feed(chunk.content))

    def finish(self) -> None:
        """Let go of what was held back."""
        self.writer.add(self.trimmer.finish())

    @property
    def fields(self) -> dict[str, str]:
        """Return the columns that hold words."""
        reasoning = "".join(self.thinking) + self.trimmer.reasoning
        return {"raw": "".join(self.raw), "text": self.trimmer.shown, "reasoning": reasoning}


def answer(reply_id: int) -> None:
    """Write the reply if it still waits and its host has a free slot; otherwise leave it to others."""
    reply = Reply.objects.select_related("turn__battle", "deployment__host").filter(pk=reply_id).first()
    if reply is None or reply.state != Reply.State.QUEUED:
        return
    holder = f"reply:{reply.pk}:{reply.attempt + 1}"
    if reply.turn.battle.idle and voters_wait(reply.deployment.host_id):
        return  # the voter's reply, once done, sends the next
    lease = leases.acquire(reply.deployment.host, holder)
    if lease is None:
        return  # whoever frees a slot enqueues the next reply
    try:
        if _claim(reply):
            _run(reply, lease.pk, holder)
    finally:
        leases.release(lease.pk, holder)
        send_next(reply.deployment.host)


def send_next(host: Host, older_than: object = None) -> None:
    """Enqueue what has waited longest for `host`, as much as it has slots; idle replies only when no voter waits."""
    waiting = Reply.objects.filter(state=Reply.State.QUEUED, deployment__host=host).order_by("enqueued", "pk")
    if older_than is not None:
        waiting = waiting.filter(enqueued__lt=older_than)
    idle = not voters_wait(host.pk)
    nobodys = unclaimed("turn__battle__")
    chosen = waiting.filter(nobodys) if idle else waiting.exclude(nobodys)
    for reply_id in chosen.values_list("pk", flat=True)[: host.slots]:
        queue.answer(reply_id, host.pk, idle)


def _claim(reply: Reply) -> bool:
    deployment = reply.deployment
    claimed = Reply.objects.filter(pk=reply.pk, state=Reply.State.QUEUED, attempt=reply.attempt).update(
        state=Reply.State.RUNNING,
        attempt=F("attempt") + 1,
        tries=F("tries") + 1,
        claimed=timezone.now(),
        weights_digest=deployment.weights_digest,
        manifest_digest=deployment.manifest_digest,
    )
    reply.attempt += claimed
    return bool(claimed)


def _claim_again(reply: Reply) -> bool:
    """Begin a new attempt after words were shown: both displays start over."""
    claimed = Reply.objects.filter(pk=reply.pk, state=Reply.State.RUNNING, attempt=reply.attempt).update(
        attempt=F("attempt") + 1
    )
    reply.attempt += claimed
    return bool(claimed)


def _run(reply: Reply, lease_id: int, holder: str) -> None:
    again = 0
    while True:
        words = Words(Writer(client(), streams.stream_key(reply.pk, reply.attempt)))
        active = Active(reply.pk, reply.attempt, lease_id, holder, words.writer)
        PULSE.begin(active)
        try:
            _announce(reply)
            heard = _listen(reply, words, active)
            _finish(reply, words, heard)
            return
        except errors.Cancelled:
            _keep_partial(reply, words)
            return
        except errors.OllamaError as error:
            most = 1 if words.raw else len(BACKOFF_SECONDS)  # after words, once (contract §11, §12)
            if not error.retry or again >= most or (words.raw and not _claim_again(reply)):
                _fail(reply, words, f"{type(error).__name__}: {error}")
                return
            log.info("reply %s is asked again", reply.pk)
            active.stopped.wait(BACKOFF_SECONDS[again])
            again += 1
        except Exception as error:
            _fail(reply, words, f"{type(error).__name__}: {error}")
            raise
        finally:
            PULSE.end(active)


def _announce(reply: Reply) -> None:
    try:
        streams.begin(client(), reply.turn_id, reply.side, reply.pk, reply.attempt)
    except redis.RedisError as error:
        log.warning("readers will learn of attempt %s from the database: %s", reply.attempt, error)


def _listen(reply: Reply, words: Words, active: Active) -> Heard:
    deployment, turn = reply.deployment, reply.turn
    ollama = Ollama(deployment.host.url, deadlines())
    _check_weights(ollama, deployment)
    request = Chat(
        model=deployment.tag,
        messages=prompting.messages(reply),
        options={**turn.sampler, "seed": turn.seed},
        keep_alive=settings.KEEP_ALIVE,
        think=False if "thinking" in deployment.capabilities else None,
    )
    began, first, done = time.monotonic(), None, None
    for item in ollama.chat(request, active.stopped.is_set):
        if isinstance(item, Done):
            done = item
        else:
            first = first or (clock_ms(began) if item.content else None)
            words.add(item)
    assert done is not None  # `chat` raises otherwise
    words.finish()
    return Heard(done, first, clock_ms(began))


def _check_weights(ollama: Ollama, deployment: Deployment) -> None:
    """A model is its weights: ask before each reply whether the tag still names them (invariant 7)."""
    now = {tag.name: tag.digest for tag in ollama.tags()}
    if now.get(deployment.tag) != deployment.manifest_digest:
        queue.probe_hosts()
        raise errors.Rejected(f"{deployment.tag} is not what it was at the last check")


def deadlines() -> Deadlines:
    """Return the site's three deadlines."""
    return Deadlines(settings.FIRST_BYTE_SECONDS, settings.BETWEEN_CHUNKS_SECONDS, settings.REPLY_SECONDS)


def _finish(reply: Reply, words: Words, heard: Heard) -> None:
    done = heard.done
    if not words.trimmer.shown:
        _fail(reply, words, f"empty answer ({done.reason})")
        return
    _close(
        reply,
        words,
        Reply.State.WHOLE,
        done_reason=done.reason[:20],
        prompt_tokens=done.prompt_tokens,
        tokens=done.tokens,
        load_ms=done.load_ms,
        prompt_ms=done.prompt_ms,
        eval_ms=done.eval_ms,
        first_token_ms=heard.first_token_ms,
        total_ms=heard.total_ms,
    )


def _fail(reply: Reply, words: Words, cause: str) -> None:
    log.warning("reply %s attempt %s failed", reply.pk, reply.attempt)  # the cause names models: row only
    _close(reply, words, Reply.State.FAILED, cause=cause[:2000], failures=F("failures") + 1)


def _close(reply: Reply, words: Words, state: Reply.State, **fields: object) -> None:
    closed = Reply.objects.filter(pk=reply.pk, state=Reply.State.RUNNING, attempt=reply.attempt).update(
        state=state, finished=timezone.now(), **words.fields, **fields
    )
    if closed:
        words.writer.end(state.value)


def _keep_partial(reply: Reply, words: Words) -> None:
    """After Stop: the state is set already; keep what was said."""
    words.writer.flush()
    Reply.objects.filter(pk=reply.pk, state=Reply.State.STOPPED, attempt=reply.attempt).update(**words.fields)

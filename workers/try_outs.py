"""Answers an admin's prompt with one deployment."""

import time

from django.conf import settings

from arena.battles.prompting import conversation
from arena.catalogue.models import TryOut
from workers.answers import deadlines
from workers.errors import OllamaError
from workers.ollama import Chat, Ollama, clock_ms
from workers.trim import Trimmer
from workers.wire import Chunk, Done

State = TryOut.State


def try_out(try_out_id: int) -> None:
    """Ask as a battle would: same system message, sampler and trimming."""
    if not TryOut.objects.filter(pk=try_out_id, state=State.QUEUED).update(state=State.RUNNING):
        return
    row = TryOut.objects.select_related("deployment__host").get(pk=try_out_id)
    mine = TryOut.objects.filter(pk=try_out_id, state=State.RUNNING)
    trimmer, began, written, tokens = Trimmer(), time.monotonic(), 0.0, None
    options = {**settings.SAMPLER, "num_ctx": settings.NUM_CTX, "num_predict": settings.NUM_PREDICT, "seed": row.pk}
    request = Chat(
        row.deployment.tag,
        conversation([], row.prompt),
        options,
        settings.KEEP_ALIVE,
        False if "thinking" in row.deployment.capabilities else None,
    )
    try:
        for item in Ollama(row.deployment.host.url, deadlines()).chat(request):
            if isinstance(item, Chunk):
                trimmer.feed(item.content)
                if time.monotonic() - written > 0.5:
                    written = time.monotonic()
                    mine.update(answer=trimmer.shown)
            elif isinstance(item, Done):
                tokens = item.tokens
    except OllamaError as error:
        mine.update(state=State.FAILED, problem=f"{type(error).__name__}: {error}"[:2000])
        return
    trimmer.finish()
    mine.update(state=State.WHOLE, answer=trimmer.shown, total_ms=clock_ms(began), tokens=tokens)

"""Looks at each host: is it there, which models does it serve, and are they still the same weights?"""

import logging
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from arena import queue
from arena.catalogue.models import CatalogueModel, Contestant, Deployment, Host
from arena.catalogue.services import can_battle, put_into_battle
from arena.celery import app
from workers.engine.files import NotAModel, refused_files, sidecar_of
from workers.errors import ModelMissing, OllamaError
from workers.ollama import Ollama
from workers.wire import Facts, Tag

log = logging.getLogger(__name__)
State = Deployment.State

NO_TEMPLATE = "{{ .Prompt }}"


def probe_all() -> None:
    """Look at every enabled host, then let workers listen to the queues of new ones."""
    for host in Host.objects.filter(enabled=True):
        probe(host)
    first_start()


def follow_queues() -> None:
    """Tell every worker to consume every enabled host's queues; those that do already just say so."""
    arguments = app.amqp.queues.new_missing("any").queue_arguments  # quorum where the broker has it
    options = {"queue_arguments": arguments} if arguments else {}
    for host_id in Host.objects.filter(enabled=True).values_list("pk", flat=True):
        for name in (queue.voter_queue(host_id), queue.idle_queue(host_id)):
            app.control.add_consumer(name, options=options)


def probe(host: Host) -> None:
    """Look at one host and write what was seen."""
    ollama = Ollama(host.url)
    try:
        version, tags = ollama.version(), ollama.tags()
        for tag in tags:
            _see(host, tag, ollama)
    except OllamaError as error:
        Host.objects.filter(pk=host.pk).update(reachable=False, problem=str(error), checked=timezone.now())
        return
    Deployment.objects.filter(host=host).exclude(tag__in=[tag.name for tag in tags]).update(present=False)
    Host.objects.filter(pk=host.pk).update(
        reachable=True, problem=_refused_files(host), version=version, checked=timezone.now()
    )


def first_start() -> None:
    """While nothing was ever put into battle, put in what matches the catalogue; later ones wait for a curator."""
    if Contestant.objects.exists():
        return
    for deployment in Deployment.objects.filter(state=State.FOUND, present=True, host__reachable=True):
        if not can_battle(deployment):
            put_into_battle(deployment)


def _see(host: Host, tag: Tag, ollama: Ollama) -> None:
    known = Deployment.objects.filter(host=host, tag=tag.name).first()
    if known is not None and known.present and tag.digest in {known.manifest_digest, known.new_manifest_digest}:
        Deployment.objects.filter(pk=known.pk).update(checked=timezone.now())
        return
    try:
        facts = ollama.show(tag.name)
    except ModelMissing:  # deleted between the two calls
        return
    known = Deployment.objects.filter(host=host, tag=tag.name).first()  # again: an admin may have pressed something
    _write(known or Deployment(host=host, tag=tag.name, model=match(host, tag.name)), tag, facts)


def _write(row: Deployment, tag: Tag, facts: Facts) -> None:
    row.present, row.checked, row.problem = True, timezone.now(), problem_of(tag, facts)
    row.quantisation, row.reported_parameters, row.size_bytes = tag.quantisation, tag.parameters, tag.size
    row.capabilities, row.context_tokens = list(facts.capabilities), facts.context_tokens
    if row.contestant_id is not None and row.manifest_digest and row.manifest_digest != tag.digest:
        # New weights, or the same with another template: a curator decides which (decisions §3).
        row.new_manifest_digest, row.new_weights_digest = tag.digest, facts.weights_digest
        if row.state in {State.BATTLE, State.PAUSED}:
            row.state = State.MOVED
    else:
        row.manifest_digest, row.weights_digest = tag.digest, facts.weights_digest
    row.save()


def problem_of(tag: Tag, facts: Facts) -> str:
    """Return why these weights can't battle, as a sentence; empty when they can."""
    if tag.remote:
        return "It is a stub of a cloud model: prompts would leave this machine."
    if facts.capabilities and "completion" not in facts.capabilities:
        return "It only makes embeddings; it can't answer."
    if facts.template.strip() in {"", NO_TEMPLATE}:
        return "It has no chat template, so its answers would be nonsense: create it again with its template."
    return ""


def match(host: Host, tag: str) -> CatalogueModel | None:
    """Return the catalogue model of a tag: by the embedded engine's sidecar, or by the catalogue's own tag."""
    slug = _sidecar_slugs().get(tag) if host.embedded else None
    if slug:
        return CatalogueModel.objects.filter(slug=slug).first()
    names = {tag, tag.removesuffix(":latest")}
    return CatalogueModel.objects.filter(ollama_tag__in=names).first()


def _sidecar_slugs() -> dict[str, str]:
    slugs = {}
    for path in Path(settings.VAR, "models").glob("[!.]*.gguf"):
        with suppress(NotAModel):  # the host's own problem names it
            sidecar = sidecar_of(path)
            if "tag" in sidecar and "slug" in sidecar:
                slugs[str(sidecar["tag"])] = str(sidecar["slug"])
    return slugs


def _refused_files(host: Host) -> str:
    """Name the files of the engine's folder that are no models, so that an admin learns why they don't appear."""
    if not host.embedded:
        return ""
    refused = refused_files(Path(settings.VAR, "models"))
    return "; ".join(f"{name} {why}" for name, why in refused.items())

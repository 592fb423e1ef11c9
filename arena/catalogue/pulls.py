"""Asking a host to fetch a model. Names are checked here: a name can carry a registry's address (contract §9)."""

import re

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from arena import queue
from arena.catalogue.models import CatalogueModel, Host, Pull
from arena.errors import Refused

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:-]{0,199}")
ACTIVE = (Pull.State.QUEUED, Pull.State.RUNNING)
ENDED_EARLY = (Pull.State.FAILED, Pull.State.CANCELLED)


def check_tag(tag: str) -> str:
    """Return a tag that may be pulled, or say why it may not."""
    tag = tag.strip()
    if not NAME.fullmatch(tag) or "//" in tag:
        raise Refused(
            _("That is no model name. It should look like qwen3:1.7b or namespace/model:tag, without a scheme.")
        )
    if tag.endswith(("-cloud", ":cloud")):
        raise Refused(_("That is a cloud model: prompts would leave this machine."))
    registry = registry_of(tag)
    if registry not in settings.ALLOWED_REGISTRIES:
        sentence = _("The registry %(registry)s is not on the allow-list (setting ALLOWED_REGISTRIES).")
        raise Refused(sentence % {"registry": registry})
    return tag


def registry_of(tag: str) -> str:
    """Return the registry's host in a name; Ollama's own where none is given."""
    first, *rest = tag.split("/")
    if rest and ("." in first or ":" in first or first == "localhost"):
        return first
    return "registry.ollama.ai"


def request(host: Host, tag: str, model: CatalogueModel | None, user: User | None) -> Pull:
    """Start a pull, or go on with one of the same name that ended early."""
    tag = check_tag(tag)
    if host.embedded:
        raise Refused(
            _(
                "The embedded engine can't pull. Put a GGUF file into the folder models of VAR: it appears here"
                " within 30 s. Or add an Ollama host."
            )
        )
    if Pull.objects.filter(host=host, tag=tag, state__in=ACTIVE).exists():
        raise Refused(_("This model is being pulled to that host already."))
    pull = Pull.objects.create(host=host, tag=tag, model=model, asked_by=user)
    queue.pull(pull.pk, host.pk)
    return pull


def cancel(pull: Pull) -> None:
    """Stop a pull; the worker sees it within a progress line and closes the connection, which cancels it."""
    if not Pull.objects.filter(pk=pull.pk, state__in=ACTIVE).update(state=Pull.State.CANCELLED, bytes_per_second=0):
        raise Refused(_("It is not running."))


def resume(pull: Pull) -> None:
    """Go on with a pull that failed or was cancelled, from the byte where it stood."""
    again = Pull.objects.filter(pk=pull.pk, state__in=ENDED_EARLY)
    if not again.update(state=Pull.State.QUEUED, problem="", beat=timezone.now()):
        raise Refused(_("Only a failed or cancelled pull can go on."))
    queue.pull(pull.pk, pull.host_id)

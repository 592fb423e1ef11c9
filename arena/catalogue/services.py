"""What can battle, and how deployments change state."""

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from arena.catalogue.models import CatalogueModel, Change, Contestant, Deployment
from arena.errors import Refused

State = Deployment.State


def public_changes() -> QuerySet[Change]:
    """Return what became of variants, the newest first; what belongs to no model of the catalogue is nobody's."""
    return Change.objects.exclude(model=None).select_related("model")


def eligible_deployments() -> QuerySet[Deployment]:
    """Deployments that may be drawn now: in battle, there, whole, and with enough context."""
    return (
        Deployment.objects.filter(
            state=State.BATTLE,
            present=True,
            problem="",
            contestant__isnull=False,
            context_tokens__gte=settings.NUM_CTX,
            host__enabled=True,
            host__reachable=True,
        )
        .select_related("model__developer", "host", "contestant")
        .order_by("pk")
    )


def can_battle(deployment: Deployment) -> str:
    """Return why a deployment can't be put into battle, as a sentence; empty when it can."""
    if deployment.problem:
        return deployment.problem
    if deployment.model is None:
        return _("It belongs to no catalogue model yet: choose one, so that its country and licence are known.")
    if deployment.model.openness == CatalogueModel.Openness.CLOSED:
        return _("The catalogue says its weights are closed: this arena compares open-weight models.")
    if not deployment.weights_digest:
        return _("Its host does not say which weights it serves, so its votes could not be kept apart.")
    if (deployment.context_tokens or 0) < settings.NUM_CTX:
        sentence = _("Its context of %(have)s tokens is less than the site's %(need)s.")
        return sentence % {"have": deployment.context_tokens, "need": settings.NUM_CTX}
    if not deployment.present:
        return _("Its host does not list it any more.")
    return ""


def put_into_battle(deployment: Deployment) -> Deployment:
    """Let a deployment be drawn. Raises `Refused` with the reason when it can't be."""
    if reason := can_battle(deployment):
        raise Refused(reason)
    if deployment.state not in {State.FOUND, State.PAUSED}:
        sentence = _("It is %(state)s; only a found or paused deployment can be put in.")
        raise Refused(sentence % {"state": deployment.get_state_display()})
    with transaction.atomic():
        deployment.contestant, _made = Contestant.objects.get_or_create(
            model=deployment.model, weights_digest=deployment.weights_digest
        )
        _move(deployment, State.BATTLE)
    return deployment


def pause(deployment: Deployment) -> Deployment:
    """Take a deployment out of the draw for a while."""
    if deployment.state != State.BATTLE:
        raise Refused(_("It is not in battle."))
    return _move(deployment, State.PAUSED)


def retire(deployment: Deployment) -> Deployment:
    """Take a deployment out for good; its votes stay."""
    if deployment.state == State.RETIRED:
        raise Refused(_("It is retired already."))
    deployment.retired_at = timezone.now()
    return _move(deployment, State.RETIRED)


def accept_move(deployment: Deployment, same_contestant: bool) -> Deployment:
    """Decide on a tag that points to something new: the same contestant, or a new one (decisions §3)."""
    if deployment.state != State.MOVED:
        raise Refused(_("Its tag has not moved."))
    if same_contestant and deployment.new_weights_digest != deployment.weights_digest:
        raise Refused(_("Its weights have changed, so it is a new contestant: a model is its weights."))
    with transaction.atomic():
        deployment.manifest_digest = deployment.new_manifest_digest
        deployment.weights_digest = deployment.new_weights_digest
        deployment.new_manifest_digest = deployment.new_weights_digest = ""
        if not same_contestant:
            deployment.contestant = None
        return _move(deployment, State.PAUSED)


def _move(deployment: Deployment, state: str) -> Deployment:
    deployment.state = state
    deployment.save()
    return deployment

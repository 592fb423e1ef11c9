"""The admin's own pages for deployments and pulls: fetch, check, call one service, go back."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from arena import queue
from arena.catalogue import pulls, services
from arena.catalogue.facts import compare
from arena.catalogue.models import CatalogueModel, Deployment, Host, Pull, TryOut
from arena.catalogue.roles import is_curator, require_curator
from arena.errors import Refused

Row = TypeVar("Row", Deployment, Pull)


class PullForm(forms.Form):
    """Choose a catalogue model or type a tag."""

    host = forms.ModelChoiceField(Host.objects.filter(enabled=True), empty_label=None, label=_("Host"))
    model = forms.ModelChoiceField(
        CatalogueModel.objects.exclude(ollama_tag="").exclude(openness="closed"), required=False, label=_("Model")
    )
    tag = forms.CharField(
        required=False, max_length=200, label=_("or an Ollama tag"), help_text=_("For example qwen3:1.7b")
    )

    def clean(self) -> dict[str, Any]:
        """One of the two is needed; a typed tag wins."""
        data = super().clean() or {}
        if not data.get("tag") and not data.get("model"):
            raise forms.ValidationError(_("Choose a catalogue model, or type an Ollama tag."))
        return data


class DeploymentForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a curator may set by hand."""

    class Meta:
        model = Deployment
        fields = ("model", "weight")
        labels = {"model": _("Model"), "weight": _("Weight in the draw")}
        help_texts = {"weight": _("Sampling weight; 2 is drawn twice as often as 1.")}

    def clean_weight(self) -> float:
        """A weight is a share: zero or more."""
        weight = float(self.cleaned_data["weight"])
        if not 0 <= weight <= 1000:
            raise forms.ValidationError(_("A weight lies between 0 and 1000; 1 is normal."))
        return weight


class TryForm(forms.Form):
    """A prompt for one deployment."""

    prompt = forms.CharField(max_length=4000, widget=forms.Textarea(attrs={"rows": 3}), initial=_("Who are you?"))


def add_pull(request: HttpRequest) -> HttpResponse:
    """Ask for a model."""
    require_curator(request.user)
    form = PullForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        tag = data["tag"] or data["model"].ollama_tag
        try:
            pull = pulls.request(data["host"], tag, data["model"], _user(request))
        except Refused as error:
            form.add_error(None, error.message)
        else:
            return HttpResponseRedirect(reverse("admin:catalogue_pull_change", args=[pull.pk]))
    return _render(request, "add_pull.html", {"form": form, "title": _("Add a model")})


def pull_page(request: HttpRequest, pull_id: int) -> HttpResponse:
    """Show a pull's progress; cancel and resume."""
    pull = get_object_or_404(Pull.objects.select_related("host", "model"), pk=pull_id)
    if request.method == "POST":
        require_curator(request.user)
        action = {"cancel": pulls.cancel, "resume": pulls.resume}.get(request.POST.get("action", ""))
        return _act(request, action, pull, reverse("admin:catalogue_pull_change", args=[pull_id]))
    deployment = Deployment.objects.filter(host=pull.host, tag=pull.tag).first()
    active = pull.state in pulls.ACTIVE
    context = {
        "pull": pull,
        "deployment": deployment,
        "active": active,
        "title": _("Pull of %(tag)s") % {"tag": pull.tag},
    }
    fragment = request.headers.get("HX-Request") == "true"
    return _render(request, "_pull.html" if fragment else "pull.html", context)


def deployment_page(request: HttpRequest, deployment_id: int) -> HttpResponse:
    """Show one deployment: facts, try-out, and the switches."""
    row = get_object_or_404(Deployment.objects.select_related("host", "model", "contestant"), pk=deployment_id)
    back = reverse("admin:catalogue_deployment_change", args=[deployment_id])
    if request.method == "POST":
        return _deployment_post(request, row, back)
    last = row.try_outs.first()
    context = {
        "row": row,
        "facts": compare(row),
        "reason": services.can_battle(row),
        "form": DeploymentForm(instance=row),
        "try_form": TryForm(),
        "try_out": last,
        "waiting": last is not None and last.state in {TryOut.State.QUEUED, TryOut.State.RUNNING},
        "title": str(row),
    }
    fragment = request.headers.get("HX-Request") == "true"
    return _render(request, "_try_out.html" if fragment else "deployment.html", context)


def _deployment_post(request: HttpRequest, row: Deployment, back: str) -> HttpResponse:
    action = request.POST.get("action", "")
    if action == "try":
        return _act(request, lambda d: _try(request, d), row, back)
    if action == "pause":
        return _act(request, services.pause, row, back)
    require_curator(request.user)
    if action == "save":
        return _save(request, row, back)
    actions: dict[str, Callable[[Deployment], object]] = {
        "battle": services.put_into_battle,
        "retire": services.retire,
        "same": lambda d: services.accept_move(d, same_contestant=True),
        "new": lambda d: services.accept_move(d, same_contestant=False),
    }
    return _act(request, actions.get(action), row, back)


def _save(request: HttpRequest, row: Deployment, back: str) -> HttpResponse:
    form = DeploymentForm(request.POST, instance=row)
    if row.contestant_id is not None and "model" in form.changed_data:
        messages.error(request, _("It has battled as this model; that can't be changed. Retire it instead."))
    elif form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
    else:
        messages.error(request, " ".join(str(e) for errors in form.errors.values() for e in errors))
    return HttpResponseRedirect(back)


def _try(request: HttpRequest, row: Deployment) -> None:
    form = TryForm(request.POST)
    if not form.is_valid():
        raise Refused(str(_("Write a prompt of at most 4,000 characters.")))
    made = TryOut.objects.create(deployment=row, prompt=form.cleaned_data["prompt"], asked_by=_user(request))
    queue.try_out(made.pk, row.host_id)


def _act(request: HttpRequest, action: Callable[[Row], object] | None, row: Row, back: str) -> HttpResponseRedirect:
    """Call one service and say how it went."""
    try:
        if action is None:
            raise Refused(str(_("There is no such action.")))
        action(row)
        messages.success(request, _("Done."))
    except Refused as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(back)


def _user(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _render(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    common = admin.site.each_context(request) | {"curator": is_curator(request.user)}
    return render(request, f"admin/catalogue/{name}", common | context)

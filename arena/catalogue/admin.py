"""The catalogue in Django's admin."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from arena.catalogue import admin_views
from arena.catalogue.loader import load
from arena.catalogue.models import CatalogueModel, Contestant, Deployment, Developer, Host, Pull
from arena.catalogue.roles import is_curator, is_staff
from arena.catalogue.signals import taken_back


class CorrectableAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What is changed here stays, whatever the files of facts say at the next start."""

    actions = ("take_from_file",)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Keep the slug of a row that is there: files of facts, files of votes and addresses name it so."""
        return ("slug", "corrected") if obj else ("corrected",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, and remember which facts are no longer the file's."""
        if change:
            obj.correct(form.changed_data)
        super().save_model(request, obj, form, change)

    @admin.action(description=_("Take back corrections: the files' facts again"))
    def take_from_file(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        """Forget the corrections of the chosen rows and read the files once more."""
        chosen.update(corrected=[])
        report = load()
        others = [slug for _receiver, slugs in taken_back.send(type(self)) for slug in slugs or ()]
        for line in report.refused:
            self.message_user(request, line, level=messages.ERROR)
        changed = ", ".join(report.changed + others) or _("nothing")
        self.message_user(request, _("Changed by the files of facts: %(rows)s") % {"rows": changed})


@admin.register(Developer)
class DeveloperAdmin(CorrectableAdmin):
    """Developers and their country."""

    list_display = ("name", "country", "model_count")
    list_filter = ("country",)
    search_fields = ("name",)

    @admin.display(description=_("models"))
    def model_count(self, row: Developer) -> int:
        """Count the developer's models."""
        return row.models.count()


@admin.register(CatalogueModel)
class CatalogueModelAdmin(CorrectableAdmin):
    """Models and their facts."""

    list_display = (
        "name", "developer", "country", "openness", "licence", "permissive",
        "active_params_b", "total_params_b", "ollama_tag", "released",
    )  # fmt: skip
    list_filter = ("developer__country", "openness", "permissive", "architecture", "developer")
    search_fields = ("name", "slug", "family", "ollama_tag", "developer__name")
    list_select_related = ("developer",)

    @admin.display(ordering="developer__country")
    def country(self, row: CatalogueModel) -> str:
        """Name the developer's country."""
        return str(row.developer.country.name)


@admin.register(Host)
class HostAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Model servers."""

    list_display = ("name", "url", "enabled", "reachable", "version", "slots", "checked", "problem")
    list_filter = ("enabled", "reachable")
    readonly_fields = ("embedded", "version", "reachable", "checked", "problem")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, and let workers look at the host at once."""
        from arena import queue

        super().save_model(request, obj, form, change)
        queue.probe_hosts()


class OpenToStaff(admin.ModelAdmin):  # type: ignore[type-arg]
    """Staff see it without further permissions; nothing is edited by Django's own forms."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the section to staff."""
        return is_staff(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let staff look."""
        return is_staff(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let staff open the page; what they may press there, the page's own views decide."""
        return is_staff(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nothing is added by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is deleted: votes point here."""
        return False

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """No bulk actions."""
        return {}


@admin.register(Deployment)
class DeploymentAdmin(OpenToStaff):
    """Models as hosts serve them."""

    list_display = ("tag", "host", "model", "country", "state", "verdict", "weight", "quantisation", "checked")
    list_filter = ("state", "host", "present", "model__developer__country")
    search_fields = ("tag", "model__name")
    list_select_related = ("host", "model__developer")

    @admin.display(description=_("country"))
    def country(self, row: Deployment) -> str:
        """Name the developer's country."""
        return str(row.model.developer.country.name) if row.model else "?"

    @admin.display(description=_("can battle"))
    def verdict(self, row: Deployment) -> str:
        """Say whether it can battle, or why not."""
        from arena.catalogue.services import can_battle

        return can_battle(row) or "yes"

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show our own page in place of the form."""
        return admin_views.deployment_page(request, int(object_id))


@admin.register(Pull)
class PullAdmin(OpenToStaff):
    """Models on their way to a host."""

    list_display = ("tag", "host", "state", "progress", "asked_by", "created", "problem")
    list_filter = ("state", "host")
    list_select_related = ("host", "asked_by")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Curators add models."""
        return is_curator(request.user)

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show our own page in place of the form."""
        return admin_views.add_pull(request)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show our own page in place of the form."""
        return admin_views.pull_page(request, int(object_id))

    @admin.display
    def progress(self, row: Pull) -> str:
        """Draw a bar."""
        return format_html('<progress max="100" value="{}"></progress> {} %', row.percent, row.percent)


@admin.register(Contestant)
class ContestantAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows of the leaderboard; made by putting a deployment into battle, never by hand."""

    list_display = ("model", "weights_digest", "created")
    search_fields = ("model__name", "weights_digest")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Made by the site."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Fixed: votes point here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Fixed: votes point here."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contestant]:
        """Join what the list shows."""
        return Contestant.objects.select_related("model")

"""The catalogue app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogueConfig(AppConfig):
    """Developers, models, hosts and deployments."""

    name = "arena.catalogue"
    verbose_name = _("The catalogue")

"""The catalogue app."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """Developers, models, hosts and deployments."""

    name = "arena.catalogue"

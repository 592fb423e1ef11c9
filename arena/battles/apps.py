"""The battles app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BattlesConfig(AppConfig):
    """Battles, turns, replies, votes."""

    name = "arena.battles"
    verbose_name = _("Battles")

"""The battles app."""

from django.apps import AppConfig


class BattlesConfig(AppConfig):
    """Battles, turns, replies, votes."""

    name = "arena.battles"

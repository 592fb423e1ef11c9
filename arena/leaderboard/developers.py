"""A developer's page: every model of theirs, and what became of each here."""

from typing import Any

from django.utils.translation import gettext_noop as _

from arena.catalogue.models import CatalogueModel, Deployment, Developer
from arena.leaderboard.models import Snapshot

NEVER = _("not tried here")
# The state of a model is that of its best placed deployment.
STATES = {
    Deployment.State.BATTLE: _("in battle"),
    Deployment.State.PAUSED: _("paused"),
    Deployment.State.MOVED: _("waits for a decision"),
    Deployment.State.FOUND: _("there, not in battle"),
    Deployment.State.RETIRED: _("retired"),
}


def developer_context(developer: Developer, snapshot: Snapshot | None) -> dict[str, Any]:
    """Return the page's context."""
    models = list(developer.models.filter(external=False)) or list(developer.models.all())
    ratings = {row["slug"]: row for row in reversed(snapshot.rows if snapshot else [])}
    rows = [(model, ratings.get(model.slug), _state(model)) for model in models]
    rated = [row for _, row, _ in rows if row and row["rating"] is not None]
    return {
        "developer": developer,
        "names": [name for names in developer.aliases.values() for name in names],
        "rows": sorted(rows, key=lambda row: -((row[1] or {}).get("rating") or 0)),
        "rated": len(rated),
        "best": max(rated, key=lambda row: row["rating"], default=None),
        "tab": "models",
    }


def _state(model: CatalogueModel) -> str:
    states = set(model.deployments.values_list("state", flat=True))
    return next((words for state, words in STATES.items() if state in states), NEVER)

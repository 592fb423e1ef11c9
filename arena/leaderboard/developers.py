"""A developer's page: every model of theirs, and what became of each here."""

from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_noop as _

from arena.catalogue.models import CatalogueModel, Change, Deployment, Developer
from arena.leaderboard.models import Snapshot

State = Deployment.State
NEVER = _("not tried here")
# The state of a model is that of its best placed deployment.
STATES = {
    State.BATTLE: _("in battle"),
    State.PAUSED: _("paused"),
    State.MOVED: _("waits for a decision"),
    State.FOUND: _("there, not in battle"),
    State.RETIRED: _("retired"),
}


def developer_context(developer: Developer, snapshot: Snapshot | None) -> dict[str, Any]:
    """Return the page's context."""
    every = developer.models.prefetch_related("deployments")
    models = list(every.filter(external=False)) or list(every)
    ratings = {row["slug"]: row for row in reversed(snapshot.rows if snapshot else [])}
    tried, retired = _variants(developer, State.BATTLE), _variants(developer, State.RETIRED)
    rows = [
        (model, ratings.get(model.slug), _state(model), tried.get(model.pk, 0), retired.get(model.pk, 0))
        for model in models
    ]
    rated = [row for _, row, *_ in rows if row and row["rating"] is not None]
    return {
        "developer": developer,
        "names": [name for names in developer.aliases.values() for name in names],
        "rows": sorted(rows, key=lambda row: -((row[1] or {}).get("rating") or 0)),
        "rated": len(rated),
        "best": max(rated, key=lambda row: row["rating"], default=None),
        "tab": "models",
    }


def _variants(developer: Developer, state: str) -> dict[int, int]:
    """Return how many weights of each model were ever in a state here."""
    rows = Change.objects.filter(model__developer=developer, state=state).order_by().values_list("model")
    return dict(rows.annotate(Count("weights_digest", distinct=True)))


def _state(model: CatalogueModel) -> str:
    states = {deployment.state for deployment in model.deployments.all()}
    return next((words for state, words in STATES.items() if state in states), NEVER)

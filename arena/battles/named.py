"""The modes in which the asker chooses the models and sees their names: they never count."""

from django.utils.translation import gettext as _

from arena.catalogue.models import CatalogueModel, Deployment
from arena.catalogue.services import eligible_deployments
from arena.errors import NoPair


def choices() -> list[CatalogueModel]:
    """Return the models that can answer now, by name."""
    found = {deployment.model_id: deployment.model for deployment in eligible_deployments() if deployment.model}
    return sorted(found.values(), key=lambda model: model.name.casefold())


def deployment_of(slug: str) -> Deployment:
    """Return a deployment of the chosen model.

    Raises:
        NoPair: that model can't answer now.
    """
    if "\0" not in slug and (found := eligible_deployments().filter(model__slug=slug).first()):
        return found
    raise NoPair(_("That model can't answer right now. Please choose another one; your question is kept."))

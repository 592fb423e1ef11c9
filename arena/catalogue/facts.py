"""A deployment's facts as its host reports them, beside the catalogue's."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from arena.catalogue.models import Deployment


@dataclass(frozen=True)
class Fact:
    """One line of the comparison."""

    name: str
    host: str
    catalogue: str
    differs: bool
    note: str = ""


def compare(row: Deployment) -> list[Fact]:
    """Return the facts that both sides state, differences marked."""
    model = row.model
    context = model.context_tokens if model else None
    return [
        _fact(_("Tag"), row.tag, model.ollama_tag if model else ""),
        _fact(_("Context (tokens)"), _text(row.context_tokens), _text(context)),
        Fact(
            _("Parameters"),
            row.reported_parameters,
            f"{model.total_params_b} B" if model and model.total_params_b is not None else "",
            differs=False,
            note=_("Hosts count tied embeddings twice; the catalogue's figure is the one that is used."),
        ),
        Fact(_("Quantisation"), row.quantisation, "", differs=False),
        Fact(_("Can"), ", ".join(row.capabilities), model.modalities if model else "", differs=False),
        Fact(_("Weights (SHA-256)"), row.weights_digest, "", differs=False),
        Fact(_("Manifest"), row.manifest_digest, "", differs=False),
    ]


def _fact(name: str, host: str, catalogue: str) -> Fact:
    return Fact(name, host, catalogue, differs=bool(host and catalogue and host != catalogue))


def _text(value: int | None) -> str:
    return "" if value is None else str(value)

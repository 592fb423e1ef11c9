"""Names in files of votes to contestants: by the catalogue's names, tags and repositories, then by a list we keep.

A name that neither knows still gets its row, with an unknown developer, and is reported.
"""

import csv
import re
from pathlib import Path
from typing import Any

from django.utils.text import slugify

from arena.catalogue.models import CatalogueModel, Contestant, Developer

KNOWN = Path(__file__).parent / "data" / "public_models.csv"
UNKNOWN = "Unknown developer"
DOUBTS = {"": "", "doubtful": "Its country is doubtful."}
NOTHING = {
    "openness": CatalogueModel.Openness.OPEN_WEIGHT,
    "source": "Named so in imported votes. Nothing is known of it but its name.",
    "doubts": "Developer, country and licence are unknown.",
}


class Names:
    """Finds or makes the contestant of a name."""

    def __init__(self) -> None:
        self._found: dict[str, int] = {}
        self._developers: dict[str, Developer] = {}
        self._catalogue = {
            normal(name): model
            for model in CatalogueModel.objects.all()
            for name in (model.slug, model.name, model.ollama_tag, model.hf_repo, model.hf_repo.rpartition("/")[2])
            if name
        }
        with KNOWN.open(newline="", encoding="utf-8") as file:
            self._known = {normal(row["model"]): row for row in csv.DictReader(file)}

    def contestant(self, name: str) -> int:
        """Return the id of a name's contestant: the model with weights that nobody knows."""
        if name not in self._found:
            model = self._catalogue.get(normal(name)) or self._make(name, self._known.get(normal(name)))
            contestant, _ = Contestant.objects.get_or_create(model=model, weights_digest="")
            self._found[name] = contestant.pk
        return self._found[name]

    def learn(self) -> list[str]:
        """Bring what our list says by now to models of earlier imports, but for what was corrected here; name them."""
        learnt: list[str] = []
        in_catalogue = set(CatalogueModel.objects.filter(external=False).values_list("developer", flat=True))
        for model in CatalogueModel.objects.filter(external=True).select_related("developer"):
            if facts := self._known.get(normal(model.name)):
                developer = self._developer(facts["developer"], facts["country"])
                learnt += _took(model, _columns(facts) | {"developer": developer})
                if developer.pk not in in_catalogue:
                    learnt += _took(developer, {"country": facts["country"]})
        return learnt

    def _make(self, name: str, facts: dict[str, str] | None) -> CatalogueModel:
        model = CatalogueModel.objects.create(
            slug=_free_slug(name),
            name=name,
            family=name,
            developer=self._developer(facts["developer"], facts["country"]) if facts else self._developer(UNKNOWN, ""),
            external=True,
            **(_columns(facts) if facts else NOTHING),
        )
        self._catalogue[normal(name)] = model
        return model

    def _developer(self, name: str, country: str) -> Developer:
        if name not in self._developers:
            found = Developer.named(name) or _by_alias(name)
            made = found or Developer.objects.create(name=name, slug=slugify(name), country=country)
            self._developers[name] = made
        return self._developers[name]


def _took(row: CatalogueModel | Developer, values: dict[str, Any]) -> list[str]:
    changed, _ = row.take(values)
    return [row.slug] if changed else []


def _columns(facts: dict[str, str]) -> dict[str, Any]:
    """Return the columns of a model from a line of our list."""
    size = f" Size: {facts['size_from']}." if facts["size_from"] else ""
    given = facts["openness"] != "closed" and (facts["licence"] or facts["base_model"])
    card = "What its name doesn't say is given as on its model card, which was not read again here." if given else ""
    return {
        "openness": facts["openness"],
        "licence": facts["licence"],
        "permissive": {"yes": True, "no": False}.get(facts["permissive"]),
        "total_params_b": float(facts["total_params_b"]) if facts["total_params_b"] else None,
        "active_params_b": float(facts["active_params_b"]) if facts["active_params_b"] else None,
        "base_model": facts["base_model"],
        "base_country": facts["base_country"],
        "source": f"Named so in imported votes. Country: {facts['why']}.{size}",
        "doubts": " ".join(part for part in (DOUBTS[facts["check"]], card) if part),
    }


def normal(name: str) -> str:
    """Return a name without case and punctuation, as spellings differ in them only."""
    return re.sub(r"[^a-z0-9\u4e00-\u9fff.]+", "-", name.casefold()).strip("-")


def _by_alias(name: str) -> Developer | None:
    for developer in Developer.objects.exclude(aliases={}):
        if name in {alias for names in developer.aliases.values() for alias in names}:
            return developer
    return None


def _free_slug(name: str) -> str:
    slug = slugify(name)[:70] or "model"
    taken = set(CatalogueModel.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    return slug if slug not in taken else next(f"{slug}-{i}" for i in range(2, 999) if f"{slug}-{i}" not in taken)

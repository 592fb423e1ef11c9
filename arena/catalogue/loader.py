"""Reads the catalogue's own data file into the database: all of it or nothing."""

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django_countries import countries

from arena import sheets
from arena.catalogue.models import CatalogueModel, Correctable, Developer
from arena.sheets import BadRow

DATA = Path(__file__).parent / "data"
OURS = DATA / "catalogue.csv"
COLUMNS = (
    "slug", "name", "family", "base_model", "base_country_iso2", "developer", "country_iso2", "openness", "license",
    "permissive", "total_params_b", "active_params_b", "architecture", "context_tokens", "released", "languages",
    "modalities", "ollama_tag", "hf_repo", "source", "check",
)  # fmt: skip
NEEDED = ("slug", "name", "family", "developer", "source")
PERMISSIVE = {"yes": True, "no": False, "unknown": None, "": None}
Aliases = dict[tuple[str, str], dict[str, list[str]]]


@dataclass
class Report:
    """What a load did."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # facts corrected here, which the file has otherwise
    same: int = 0
    refused: list[str] = field(default_factory=list)


def load(catalogue: Path = OURS, aliases: Path = DATA / "aliases.csv") -> Report:
    """Read both files and write them in one transaction; with any refused row, write nothing.

    What another file than our own changes counts as corrected here: the next start, which reads ours, leaves it alone.
    """
    correcting = catalogue.resolve() != OURS.resolve()
    report = Report()
    rows = list(sheets.read(catalogue, COLUMNS, NEEDED, _parse, report.refused))
    names = _aliases(aliases)
    if not report.refused:
        with transaction.atomic():
            for row in rows:
                _write(row, names, report, correcting)
    return report


def _parse(raw: dict[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = dict(raw)
    row["country_iso2"] = _country(row["country_iso2"], "country_iso2")
    row["base_country_iso2"] = row["base_country_iso2"] and _country(row["base_country_iso2"], "base_country_iso2")
    if row["openness"] not in CatalogueModel.Openness.values:
        raise BadRow(f"field openness: {row['openness']!r} is none of {', '.join(CatalogueModel.Openness.values)}")
    if row["permissive"] not in PERMISSIVE:
        raise BadRow(f"field permissive: {row['permissive']!r} is none of yes, no, unknown")
    row["permissive"] = PERMISSIVE[row["permissive"]]
    for name in ("total_params_b", "active_params_b"):
        row[name] = _number(row[name], name, float)
    for name in ("context_tokens", "languages"):
        row[name] = _number(row[name], name, int)
    return row


def _country(code: str, name: str) -> str:
    if code not in countries:
        raise BadRow(f"field {name}: {code!r} is no ISO 3166 country code")
    return code


def _number(text: str, name: str, kind: type) -> Any:
    if not text:
        return None
    try:
        value = kind(text)
    except ValueError:
        raise BadRow(f"field {name}: {text!r} is no number") from None
    if not 0 <= value < float("inf"):
        raise BadRow(f"field {name}: {text!r} is not a size")
    return value


def _aliases(path: Path) -> Aliases:
    with path.open(newline="", encoding="utf-8") as file:
        return {
            (row["kind"], row["name"]): {
                "en": [name for name in row["aliases_en"].split(";") if name],
                "zh": [name for name in row["aliases_zh"].split(";") if name],
            }
            for row in csv.DictReader(file)
        }


def _write(row: dict[str, Any], names: Aliases, report: Report, correcting: bool) -> None:
    developer = _developer(row, names, report, correcting)
    values = {
        "name": row["name"],
        "family": row["family"],
        "developer": developer,
        "base_model": row["base_model"],
        "base_country": row["base_country_iso2"],
        "openness": row["openness"],
        "licence": row["license"],
        "doubts": row["check"],
        "external": False,
    }
    plain = (
        "permissive total_params_b active_params_b architecture context_tokens released languages modalities "
        "ollama_tag hf_repo source"
    )
    values |= {name: row[name] for name in plain.split()}
    aliases = {"family_aliases": names.get(("family", row["family"]), {})}
    model = _known(row)
    if model is None:
        CatalogueModel.objects.create(slug=row["slug"], **values, **aliases)
        report.added.append(row["slug"])
        return
    changed, kept = _take(model, values, aliases, correcting)
    if changed:
        report.changed.append(f"{row['slug']} ({', '.join(changed)})")
    else:
        report.same += 1
    if kept:
        report.kept.append(f"{row['slug']} ({', '.join(kept)})")


def _known(row: dict[str, Any]) -> CatalogueModel | None:
    """Return a row's model: by its slug, or by the name under which imported votes or an admin brought it before."""
    models = CatalogueModel.objects.all()
    return models.filter(slug=row["slug"]).first() or models.filter(name=row["name"]).first()


def _take(
    row: Correctable, values: dict[str, Any], aliases: dict[str, Any], correcting: bool
) -> tuple[list[str], list[str]]:
    """Take a row's values, and its aliases, which are our own file's always; return what changed and what was kept."""
    changed, kept = row.take(values, correcting)
    changed_aliases, kept_aliases = row.take(aliases)
    return changed + changed_aliases, kept + kept_aliases


def _developer(row: dict[str, Any], names: Aliases, report: Report, correcting: bool) -> Developer:
    """Find a row's developer, or make it."""
    slug, name = slugify(row["developer"]), row["developer"]
    found = Developer.named(name)
    developer = found or Developer.objects.create(slug=slug, name=name, country=row["country_iso2"])
    values, aliases = {"name": name, "country": row["country_iso2"]}, {"aliases": names.get(("developer", name), {})}
    changed, kept = _take(developer, values, aliases, correcting)
    if found and changed:
        report.changed.append(f"{slug} ({', '.join(changed)})")
    line = f"{slug} ({', '.join(kept)})"
    if kept and line not in report.kept:  # it comes with each of its models
        report.kept.append(line)
    return developer

"""The catalogue's file: all of it, or nothing and a line that says where."""

import csv
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from arena.catalogue.loader import DATA, load
from arena.catalogue.models import CatalogueModel, Developer


def altered(tmp_path: Path, row: int, **fields: str) -> Path:
    with (DATA / "catalogue.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rows[row].update(fields)
    path = tmp_path / "catalogue.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_it_loads_whole_and_again_changes_nothing(db):
    first = load()
    assert (len(first.added), first.refused) == (87, [])
    assert (load().added, load().changed, load().same) == ([], [], 87)


def test_facts_and_aliases_arrive(db):
    load()
    distilled = CatalogueModel.objects.get(slug="deepseek-r1-distill-llama-8b")
    assert (distilled.developer.country.code, distilled.base_country.code) == ("CN", "US")
    assert "阿里巴巴" in Developer.objects.get(name="Alibaba (Qwen)").aliases["zh"]
    assert CatalogueModel.objects.filter(permissive=None).exists()
    assert all(model.source for model in CatalogueModel.objects.all())


def test_a_change_is_reported_by_field(db, tmp_path: Path):
    load()
    report = load(altered(tmp_path, 0, license="MIT"))
    assert report.changed == ["qwen3-0.6b (licence)"]
    again = load()  # as at the next start
    assert (again.changed, again.kept) == ([], ["qwen3-0.6b (licence)"])
    assert CatalogueModel.objects.get(slug="qwen3-0.6b").licence == "MIT"
    assert load(altered(tmp_path, 0, license="BSD")).changed == ["qwen3-0.6b (licence)"]


def test_a_model_that_imported_votes_brought_first_becomes_the_catalogues(db):
    maker = Developer.objects.create(slug="unknown", name="Unknown developer", country="")
    known = {"developer": maker, "openness": "open-weight", "source": "votes", "external": True}
    CatalogueModel.objects.create(slug="from-votes", name="Qwen3 0.6B", family="x", **known)
    CatalogueModel.objects.create(slug="qwen3-1.7b", name="qwen3-1.7b as imported", family="x", **known)
    for _start in range(2):
        assert load().refused == []
        for slug in ("from-votes", "qwen3-1.7b"):
            model = CatalogueModel.objects.get(slug=slug)
            assert (model.external, model.developer.name) == (False, "Alibaba (Qwen)")
    assert CatalogueModel.objects.count() == 87


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"country_iso2": "XX"}, "country_iso2"),
        ({"permissive": "maybe"}, "permissive"),
        ({"total_params_b": "big"}, "total_params_b"),
        ({"openness": "ajar"}, "openness"),
        ({"source": ""}, "source"),
        ({"slug": "qwen3-0.6b"}, "slug"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_written(db, tmp_path: Path, fields: dict[str, str], word: str):
    report = load(altered(tmp_path, 3, **fields))
    assert len(report.refused) == 1
    assert report.refused[0].startswith("line 5, field " + word)
    assert not CatalogueModel.objects.exists()


def test_the_command_says_so_and_fails(db, tmp_path: Path, capsys):
    with pytest.raises(CommandError, match="nothing was written"):
        call_command("load_catalogue", str(altered(tmp_path, 0, permissive="x")))


def test_a_missing_column_is_named(db, tmp_path: Path):
    path = tmp_path / "x.csv"
    path.write_text("slug,name\na,b\n")
    assert "family" in load(path).refused[0]

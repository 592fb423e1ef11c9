"""`python -m ratings`: numbers from a file, or one clear line and exit status 2."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROWS = [("alpha", "beta", w) for w in ["model_a"] * 30 + ["model_b"] * 20 + ["tie"] * 5 + ["tie (bothbad)"] * 3]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ratings", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def votes(tmp_path: Path) -> Path:
    path = tmp_path / "votes.csv"
    path.write_text("\n".join(["model_a,model_b,winner,extra", *(f"{a},{b},{w},x" for a, b, w in ROWS)]) + "\n")
    return path


def test_json_has_the_agreed_keys(votes: Path):
    body = json.loads(run(votes, "--format", "json").stdout)
    assert body["groups"] == {}
    first, second = body["models"]
    assert set(first) >= {"model", "rating", "lower", "upper", "rank_low", "rank_high", "votes", "status"}
    assert (first["model"], first["votes"], first["status"]) == ("alpha", 55, "rated")
    assert first["rating"] > second["rating"]


def test_json_lines_give_the_same(votes: Path, tmp_path: Path):
    lines = tmp_path / "votes.jsonl"
    lines.write_text("\n".join(json.dumps({"model_a": a, "model_b": b, "winner": w}) for a, b, w in ROWS))
    assert run(lines, "--format", "json").stdout == run(votes, "--format", "json").stdout


def test_groups_are_compared(votes: Path, tmp_path: Path):
    groups = tmp_path / "groups.csv"
    groups.write_text("model,group\nalpha,China\nbeta,United States\n")
    body = json.loads(run(votes, "--format", "json", "--groups", groups).stdout)["groups"]
    assert (body["first"], body["second"]) == ("China", "United States")
    assert body["fixed"]["votes"] == 55
    assert body["hierarchical"]["estimate"] is None
    assert "China" in run(votes, "--groups", groups).stdout


def test_an_unranked_model_is_null_and_says_why(tmp_path: Path):
    path = tmp_path / "v.csv"
    path.write_text("model_a,model_b,winner\na,b,model_a\n")
    rows = json.loads(run(path, "--format", "json").stdout)["models"]
    assert {row["status"] for row in rows} == {"unranked: needs a loss", "unranked: needs a win"}
    assert all(row["rating"] is None for row in rows)


def test_no_votes_is_an_empty_board(tmp_path: Path):
    path = tmp_path / "v.csv"
    path.write_text("model_a,model_b,winner\n")
    assert json.loads(run(path, "--format", "json").stdout) == {"models": [], "groups": {}}


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("v.csv", "model_a,model_b\na,b\n", "line 1: the column winner is missing"),
        ("v.csv", "model_a,model_b,winner\na,b,tie\na,b,maybe\n", "line 3: unknown winner 'maybe'"),
        ("v.csv", "model_a,model_b,winner\na,a,tie\n", "line 2: 'a' against itself"),
        ("v.csv", "model_a,model_b,winner\na,b\n", "line 2: 2 fields"),
        ("v.jsonl", '{"model_a": "a"\n', "line 1: no JSON"),
        ("v.jsonl", '{"model_a": "a", "winner": "tie"}\n', "line 1: the field 'model_b' is missing"),
        ("v.xml", "", "unknown kind of file"),
    ],
)
def test_bad_input_is_one_line_and_status_2(tmp_path: Path, name: str, text: str, word: str):
    path = tmp_path / name
    path.write_text(text)
    result = run(path)
    assert result.returncode == 2
    assert word in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_missing_file_is_bad_input(tmp_path: Path):
    assert run(tmp_path / "nothing.csv").returncode == 2

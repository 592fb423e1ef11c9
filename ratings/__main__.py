"""`python -m ratings FILE [--format json] [--groups groups.csv]`: ratings from a file of votes."""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from ratings import Counts, Table, fit
from ratings.errors import RatingsError
from ratings.groups import answers
from ratings.reading import read_groups, read_votes
from ratings.rows import answer, ranked


def main(arguments: list[str] | None = None) -> int:
    """Print ratings; exit status 2 and one clear line for bad input."""
    parser = argparse.ArgumentParser(prog="python -m ratings", description=__doc__)
    parser.add_argument("file", type=Path, help="votes: .csv, .jsonl or .parquet with model_a, model_b, winner")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    parser.add_argument("--groups", type=Path, help="CSV: model,group; the two largest groups are compared")
    parser.add_argument("--ties", choices=["half", "davidson", "rao-kupper"], default="half")
    parser.add_argument("--prior", type=float, help="standard deviation, Elo, of a normal prior; none if left out")
    parser.add_argument("--level", type=float, default=0.95)
    options = parser.parse_args(arguments)
    try:
        votes = read_votes(options.file)
        counts = votes.counts()
        table = fit(counts, ties=options.ties, prior=options.prior, level=options.level)
        groups = compare(votes.names, counts, table, read_groups(options.groups) if options.groups else {})
    except (RatingsError, ValueError) as error:
        print(f"ratings: {error}", file=sys.stderr)
        return 2
    rows = ranked(votes.names, counts, table)
    if options.format == "json":
        print(json.dumps({"models": rows, "groups": groups}, ensure_ascii=False, allow_nan=False))
    else:
        _print(rows, groups)
    return 0


def compare(names: tuple[str, ...], counts: Counts, table: Table, groups: dict[str, str]) -> dict[str, Any]:
    """Return the comparison of the two largest groups; {} without groups."""
    labels = [groups.get(name, "") for name in names]
    largest = [label for label, _ in Counter(sorted(label for label in labels if label)).most_common(2)]
    if len(largest) < 2:
        return {}
    first, second = sorted(largest)
    found = answers(counts, table, labels, first, second, names=(first, second))
    return {"first": first, "second": second} | {key: answer(value) for key, value in found.items()}


def _print(rows: list[dict[str, Any]], groups: dict[str, Any]) -> None:
    width = max([len(row["model"]) for row in rows], default=5)
    print(f"{'rank':>7}  {'model':<{width}}  {'rating':>7}  {'interval':>15}  {'votes':>9}")
    for row in rows:
        if row["rating"] is None:
            print(f"{'–':>7}  {row['model']:<{width}}  {row['status']} ({row['votes']} votes)")
            continue
        rank = f"{row['rank_low']}–{row['rank_high']}" if row["rank_low"] != row["rank_high"] else str(row["rank_low"])
        group = f"  group {row['component'] + 1}" if row["component"] else ""
        interval = f"[{row['lower']:.0f}, {row['upper']:.0f}]"
        print(f"{rank:>7}  {row['model']:<{width}}  {row['rating']:>7.0f}  {interval:>15}  {row['votes']:>9,}{group}")
    for name in ("fixed", "hierarchical", "matched", "best", "top"):
        if name in groups:
            print(f"\n{name}: {groups[name]['sentence']}")


if __name__ == "__main__":
    sys.exit(main())

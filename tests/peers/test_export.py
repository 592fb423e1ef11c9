"""arena-rank reads the site's own files as they are, and finds the leaderboard's ratings."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from ratings.scale import CENTRE, ELO

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / ".venv/bin/python"


@pytest.mark.skipif(not SITE.exists(), reason="needs the site's environment: make test once")
def test_arena_rank_reads_the_exported_files(tmp_path: Path):
    package = pytest.importorskip("arena_rank.models.bradley_terry", reason="arena-rank is not installed: make peers")
    import pandas as pd
    from arena_rank.utils.data_utils import PairDataset

    command = [str(SITE), "-m", "tests.peers.export", str(tmp_path)]
    published = json.loads(subprocess.check_output(command, cwd=ROOT, text=True).splitlines()[-1])
    for frame in (pd.read_csv(tmp_path / "votes.csv"), pd.read_parquet(tmp_path / "votes.parquet")):
        assert len(frame) == 160
        data = PairDataset.from_pandas(frame)
        model = package.BradleyTerry(len(published), ftol=1e-15, gtol=1e-12, max_iter=10_000, hessian_reg=0.0)
        model.fit(data)
        theta = np.asarray(model.params["ratings"])
        ours = np.array([(published[name] - CENTRE) / ELO for name in data.competitors])
        assert np.abs(theta - theta.mean() - ours).max() < 1e-6

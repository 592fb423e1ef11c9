"""The simulations behind docs/methods.md, smaller: what they promise there holds here within their own error."""

from benchmarks.simulations import attack, coverage, design, verdicts, voters


def test_intervals_hold_what_they_promise():
    found = coverage(100)
    assert 0.935 < found["sandwich, each model"] < 0.965
    assert 0.935 < found["bootstrap 1,000, each model"] < 0.965
    assert found["sandwich, all at once"] < 0.6  # why the leaderboard shows the wider ones too
    assert found["simultaneous, all at once"] > 0.90  # 95 % asked; two standard errors of 100 arenas
    assert found["rank ranges, all at once"] > 0.90


def test_verdicts_are_rarely_false():
    found = verdicts(200)
    assert found["fixed, false verdicts, equal means"] <= 0.055
    assert found["makers, false verdicts, equal makers"] <= 0.055
    assert found["fixed, covers these models' difference"] > 0.92
    assert found["fixed, covers the makers' difference"] < 0.5  # two questions, two answers


def test_voters_need_their_own_intervals():
    found = voters(40)
    assert found["by vote, each model"] < found["by voter, each model"]
    assert found["by voter, each model"] > 0.92


def test_chosen_pairs_save_votes():
    found = design(4)
    assert found["votes saved, contrast"] > 0.4
    assert found["votes saved, ranking"] > 0.0


def test_an_attacker_is_found_and_honest_voters_are_not():
    found = attack(4)
    assert found["attacker found"] == 1
    assert found["honest voters suspected, per arena"] < 1
    assert found["Elo moved"] > 40
    assert abs(found["Elo moved without suspects"]) < 5

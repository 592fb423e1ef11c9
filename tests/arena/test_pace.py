"""The even pace: a function of two streams and the time, which never tells one side from the other."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from arena.battles.pace import Track, view


def track(*entries: tuple[int, str], end: str = "", end_ms: int = 0) -> Track:
    made, offset = Track(), 0
    for at_ms, text in entries:
        made.add(at_ms, {"o": offset, "t": text})
        offset += len(text)
    if end:
        made.add(end_ms, {"end": end, "span": end_ms - entries[0][0]})
    return made


FAST = track((1000, "x" * 100), (2000, "x" * 300), end="whole", end_ms=2000)
SLOW = track((3000, "y" * 10), (4000, "y" * 50), (6000, "y" * 200), end="whole", end_ms=6000)


def test_both_show_the_same_number_of_characters():
    assert (view(FAST, SLOW, 2500, True).a, view(FAST, SLOW, 2500, True).b) == (0, 0)
    assert (view(FAST, SLOW, 4001, True).a, view(FAST, SLOW, 4001, True).b) == (60, 60)


def test_nothing_is_shown_until_both_have_begun():
    assert view(FAST, Track(), 10**6, True) == view(Track(), FAST, 10**6, True)
    assert view(FAST, Track(), 10**6, True).state == "waiting"


def test_both_end_together():
    late = view(FAST, SLOW, 10**7, True)
    assert (late.state, late.a, late.b) == ("whole", 400, 260)
    before = view(FAST, SLOW, 6500, True)
    assert before.state == "writing"


def test_the_others_pace_does_not_rise_when_a_slow_side_ends():
    slow = track((0, "a"), (1000, "a" * 99), end="whole", end_ms=1000)
    fast = track((0, "b" * 5000), end="whole", end_ms=1)
    shown = [view(slow, fast, t, True).b for t in range(500, 5000, 100)]
    steps = [after - before for before, after in pairwise(shown)]
    assert max(steps[10:]) <= 11  # 10, and one by rounding: 100 characters a second, as while the slow side wrote


def test_a_failure_shows_on_both_at_once():
    failed = track((1000, "x"), end="failed", end_ms=1500)
    assert view(failed, SLOW, 1600, True).state == "failed"
    assert view(SLOW, failed, 1600, True).state == "failed"


def test_off_means_each_at_its_own_pace():
    assert (view(FAST, SLOW, 4001, False).a, view(FAST, SLOW, 4001, False).b) == (400, 60)


def test_a_stream_written_anew_changes_nothing():
    again = track((1000, "Hello "), (1100, "world"))
    again.add(5000, {"o": 0, "t": "Hello world"})
    assert again.text == "Hello world"
    assert again.available(1200) == 11


streams = st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 30)), min_size=1, max_size=12)


@st.composite
def tracks(draw: st.DrawFn) -> Track:
    rows = sorted(draw(streams))
    made = track(*((at, "z" * n) for at, n in rows))
    if draw(st.booleans()):
        made.add(rows[-1][0] + draw(st.integers(0, 500)), {"end": "whole", "span": draw(st.integers(0, 5000))})
    return made


@given(tracks(), tracks())
def test_swapping_the_sides_swaps_the_view(a: Track, b: Track):
    for at_ms in range(0, 8000, 700):
        there, back = view(a, b, at_ms, True), view(b, a, at_ms, True)
        assert (there.state, there.a, there.b) == (back.state, back.b, back.a)


@given(tracks(), tracks())
def test_it_only_grows_and_cuts_both_alike(a: Track, b: Track):
    shown = [view(a, b, at_ms, True) for at_ms in range(0, 20000, 100)]
    for before, after in pairwise(shown):
        assert after.a >= before.a
        assert after.b >= before.b
    for one in shown:
        if one.state != "whole":
            assert one.a == one.b or one.a == len(a.text) or one.b == len(b.text)

"""What stays is out of the collector's way."""

import gc

from arena.pauses import keep_what_is_loaded


def test_what_is_loaded_is_not_looked_through_again():
    try:
        keep_what_is_loaded()
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()

"""Fewer pauses: what stays for as long as the process lives isn't looked through again and again for garbage.

Each full pass of Python's collector over everything that was imported took 110 ms on two shared cores, in the middle of
a refit, a stream of words or a page.
"""

import gc


def keep_what_is_loaded() -> None:
    """Take all that there is now out of the collector's passes. To be called once, when everything is imported."""
    gc.collect()
    gc.freeze()

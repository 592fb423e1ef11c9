"""`python -m workers.supervisor`: starts every part of the site, watches them, stops them all."""

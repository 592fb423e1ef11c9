"""What the catalogue tells apps above it."""

from django.dispatch import Signal

# Corrections were taken back: whoever has a file of facts reads it again and returns the slugs of what it changed.
taken_back = Signal()

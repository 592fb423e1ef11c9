"""The comparison page as a reader uses it: a choice changes sentence and chart, the address holds it, back undoes it."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.site import Site

pytestmark = pytest.mark.browser

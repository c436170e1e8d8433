"""Sentences of the tax page as the window writes them."""

import re

from harvestdesk.domain.errors import Notice
from harvestdesk.domain.proposal import Reason
from harvestdesk.reports.tax_words import tax_sentence

_PER_CENT = re.compile(r"(\d)(?:\.0)?%")


def say(item: Reason | Notice) -> str:
    """Return the sentence of a figure or a remark, its per cents written as the window writes them."""
    return _PER_CENT.sub("\\1\u00a0%", tax_sentence(item))

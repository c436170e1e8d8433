"""Sentences of the tax page as the window writes them."""

from harvestdesk.domain.errors import Notice
from harvestdesk.domain.proposal import Reason
from harvestdesk.gui.formatting import per_cents
from harvestdesk.reports.tax_words import tax_sentence


def say(item: Reason | Notice) -> str:
    """Return the sentence of a figure or a remark, its per cents written as the window writes them."""
    return per_cents(tax_sentence(item))

"""A harvest that can't reach its target, in the middle of a sentence: how much there is, and what keeps the rest."""

from harvestdesk.domain.errors import Notice
from harvestdesk.domain.money import parse_decimal
from harvestdesk.domain.proposal import Proposal
from harvestdesk.reports.figures import joined, usd

_WHY = {
    "locked": "{} is locked by wash-sale rules",
    "long_term": "{} is long-term",
    "ruled": "{} is kept by your rules or for want of facts",
    "limits": "{} does not fit within your limits",
}


def out_of_reach(proposal: Proposal) -> Notice | None:
    """Return the notice that the losses asked for can't be had; None where they can."""
    return next((n for n in proposal.notices if n.code == "loss_out_of_reach"), None)


def why_no_more(notice: Notice) -> str:
    """Return `nothing else can be sold because $9,000.00 is locked by wash-sale rules`."""
    amounts = {name: parse_decimal(notice.facts.get(name, "")) for name in _WHY}
    parts = [_WHY[name].format(usd(x)) for name, x in amounts.items() if x]
    why = joined(parts) or "there are no other losses"
    return f"nothing else can be sold because {why}"

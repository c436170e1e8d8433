"""Why a plan can't reach the losses asked for: dollars of loss in the household by what keeps them."""

from decimal import Decimal

from harvestdesk.domain.money import ZERO, cents, money_text
from harvestdesk.optimize.household.verify import Planned

WORTH_A_WORD = Decimal(1)
LOCKED = frozenset({"locked_until", "permanent_loss_risk", "scheduled_purchase", "replaces_sold"})
LONG = "not_short_term"


def reach_facts(plan: Planned) -> dict[str, str]:
    """Return the losses asked for, those aimed at, and what keeps the others; "" where nothing does.

    `locked` by wash-sale rules, `long_term` where only short-term ones are asked for, `ruled` by the person's rules or
    because something isn't known, `limits`: free to be sold, but not within the plan's limits.
    """
    built = plan.built
    amounts: dict[str, Decimal] = {}
    for lot in built.snapshot.lots:
        account = built.snapshot.account_by_id[lot.account_id]
        kept = built.left_alone.get(lot.id)
        if kept is None or kept.gain is None or kept.gain >= 0 or not account.type.is_taxable:
            continue
        name = "locked" if kept.reason.code in LOCKED else "ruled"
        name = "long_term" if kept.reason.code == LONG else name
        amounts[name] = amounts.get(name, ZERO) - kept.gain
    amounts["limits"] = built.possible_loss - plan.reached
    told = {
        name: money_text(cents(dollars)) if dollars >= WORTH_A_WORD else ""
        for name in ("locked", "long_term", "ruled", "limits")
        for dollars in (amounts.get(name, ZERO),)
    }
    asked = built.settings.amount or ZERO
    return {"asked": money_text(asked), "reached": money_text(cents(plan.reached)), **told}

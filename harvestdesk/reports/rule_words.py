"""What rules cost, how far they would have to give, and what another trade would change, in sentences.

`names` are those people know of accounts and securities, by id. What is printed of a rule that gives is rounded so
that it is enough.
"""

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from harvestdesk.domain.conflict import Conflict, RuleGive, RuleKind
from harvestdesk.domain.proposal import RulePrice
from harvestdesk.domain.security import ASSET_CLASS_NAMES, AssetClass
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.what_if import WhatIf
from harvestdesk.reports.figures import joined, number, percent, usd
from harvestdesk.reports.plan_sentences import PRICES, RULE_NAMES, RULES

Names = Mapping[str, str]
NO_NAMES: Names = {}
AT_MARGIN = ", at the margin"
CENTS_BELOW = 100
"""Dollars below which cents are printed."""
_FRACTIONS = frozenset(
    {RuleKind.TURNOVER, RuleKind.SECURITY, RuleKind.SECTOR, RuleKind.ASSET_CLASS}
)


def rule_names(snapshot: HouseholdSnapshot) -> Names:
    """Return the names people know of what rules are about, by id."""
    accounts = {str(a.id): a.name for a in snapshot.accounts}
    return {**accounts, **{str(s.id): s.symbol for s in snapshot.securities}}


def price_words(price: RulePrice, names: Names = NO_NAMES) -> str:
    """Return what a rule that binds costs: `The next $1,000 of tax budget buys 3.1 bp of tracking error ...`.

    A first-order figure, so it holds for small steps.
    """
    worth = f"{usd(price.dollars)} a year"
    bp = price.tracking_error_bp
    error = "" if bp is None else f"{number(bp, 1)} bp of tracking error"
    if price.code == RuleKind.TAX_BUDGET and error:
        return (
            f"The next {_dollars(price.step)} of tax budget buys {error}: "
            f"{worth} better with the tax paid{AT_MARGIN}."
        )
    also = f", as much as {error}" if error and price.code != RuleKind.CASH else ""
    template = PRICES.get(price.code, PRICES[""])
    text = template.format(
        step=_amount(price.code, price.step),
        rule=RULES.get(price.code, price.code.replace("_", " ")),
        name=shown_name(price.name, names),
        worth=f"{worth}{also}",
    )
    return f"{text}{AT_MARGIN}."


def give_words(give: RuleGive, names: Names = NO_NAMES) -> str:
    """Return how far a rule would have to give: `Tax budget: $0 would have to be $1,240.`."""
    title = rule_title(give.kind, give.name, names)
    if give.kind is RuleKind.SIDES:
        return f"{title}: whichever sets sell losses and whichever are bought, a rule is broken."
    if give.kind is RuleKind.LOCKS:
        return f"{title}: they would have to end first."
    if give.kind is RuleKind.VOLUME:
        times = number(_up(_exact(give.needed / give.now), 1, down=False), 1)
        return f"{title}: it would have to be {times} times as much."
    now = _printed(give.kind, give.now)
    needed = _printed(give.kind, give.needed, down=give.least, outward=True)
    ends = {True: "at least ", False: "at most "}[give.least] if give.kind in _TWO_ENDED else ""
    return f"{title}: {ends}{now} would have to be {needed}."


def conflict_words(conflict: Conflict, names: Names = NO_NAMES) -> tuple[str, ...]:
    """Return why no plan keeps every rule, a sentence each: what gives together, alone, and what presses."""
    several = len(conflict.together) > 1
    head = "These rules contradict each other. The least that has to give, all together:"
    found = [head if several else "The rules contradict each other. The least that has to give:"]
    found += [give_words(give, names) for give in conflict.together]
    known = {(give.kind, give.name) for give in conflict.together}
    others = [g for g in conflict.alone if several or (g.kind, g.name) not in known]
    if others:
        found.append("Instead, one of these alone is enough:")
        found += [give_words(give, names) for give in others]
    if conflict.beside:
        rules = joined(rule_phrase(kind, name, names) for kind, name in conflict.beside)
        found.append(f"They hold, but stand in the way: {rules}.")
    return tuple(found)


def what_if_words(what_if: WhatIf, subject: str) -> str:
    """Return what another trade would change: `Selling this lot instead: +$412 ...`.

    Args:
        what_if: the difference to the plan.
        subject: what is changed, as `Selling this lot instead`.
    """
    if not what_if.possible:
        return f"{subject}: no plan keeps every rule then."
    if what_if.dollars == 0 and what_if.orders == 0:
        return f"{subject}: the plan does so already."
    parts = [("tax", what_if.tax), ("trading", what_if.cost), ("tracking error", what_if.risk)]
    told = ", ".join(f"{name} {signed(value)}" for name, value in parts if value)
    most = "" if what_if.proven or what_if.dollars <= 0 else " at most"
    verdict = "worse" if what_if.dollars > 0 else "better, within the plan's gap"
    total = f"{signed(what_if.dollars)}{most}" if what_if.dollars else "no difference"
    detail = f" ({told})" if told else ""
    orders = f"; {what_if.orders} trades differ" if what_if.orders != 1 else "; 1 trade differs"
    ended = f"; tracking error {number(what_if.tracking_error_bp, 1)} bp after it"
    said = f", {verdict}" if what_if.dollars else ""
    return f"{subject}: {total}{said}{detail}{ended}{orders}."


def signed(value: Decimal) -> str:
    """Return dollars with their sign, whole ones where they are many: `+$412`."""
    return f"{'+' if value > 0 else ''}{_dollars(value)}"


def rule_title(kind: str, name: str, names: Names = NO_NAMES) -> str:
    """Return a rule's name at the start of a line: `Tax budget`, `Sector Energy`."""
    title = RULE_NAMES.get(kind, kind.replace("_", " ").capitalize())
    shown = shown_name(name, names)
    return f"{title} {shown}" if shown else title


def rule_phrase(kind: str, name: str, names: Names = NO_NAMES) -> str:
    """Return a rule in the middle of a sentence: `the tax budget`, `a sector limit (Energy)`."""
    words, shown = RULES.get(kind, kind.replace("_", " ")), shown_name(name, names)
    return f"{words} ({shown})" if shown else words


def shown_name(name: str, names: Names) -> str:
    """Return what people call one rule of its kind."""
    if name in names:
        return names[name]
    return ASSET_CLASS_NAMES[AssetClass(name)] if name in set(AssetClass) else name


_TWO_ENDED = frozenset({RuleKind.SECURITY, RuleKind.SECTOR, RuleKind.ASSET_CLASS, RuleKind.CASH})


def _printed(kind: str, value: float, *, down: bool = False, outward: bool = False) -> str:
    """Return a rule's end; `outward`: rounded up, or down, to what is enough."""

    def to(digits: int, scale: int = 1) -> Decimal:
        exact = _exact(value) * scale
        return _up(exact, digits, down=down) if outward else round(exact, digits)

    if kind in _FRACTIONS:
        return f"{number(to(1, 100), 1)}%"
    if kind == RuleKind.TRACKING_ERROR:
        return f"{number(to(1, 10_000), 1)} bp"
    if kind == RuleKind.MAX_TRADES:
        return number(to(0), 0)
    digits = 2 if abs(value) < CENTS_BELOW else 0
    return usd(to(digits), digits if to(digits) else 0)


def _exact(value: float) -> Decimal:
    """Return a solver's figure as it prints."""
    return Decimal(repr(value))


def _up(exact: Decimal, digits: int, *, down: bool) -> Decimal:
    """Return a value rounded up (or down); what a solver's last digits add is not."""
    step = Decimal(1).scaleb(-digits)
    hair = step * Decimal("0.001")
    if down:
        return (exact + hair).quantize(step, rounding=ROUND_FLOOR)
    return (exact - hair).quantize(step, rounding=ROUND_CEILING)


def _dollars(value: Decimal) -> str:
    return usd(value, 2 if abs(value) < CENTS_BELOW and value % 1 else 0)


def _amount(code: str, value: Decimal) -> str:
    if code in _FRACTIONS:
        return percent(value, 0)
    if code == RuleKind.TRACKING_ERROR:
        return f"{number(value, 0)} bp"
    return _dollars(value)

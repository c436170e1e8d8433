"""What rules cost and how far they would have to give, in sentences."""

from decimal import Decimal

from harvestdesk.domain.conflict import RuleGive, RuleKind
from harvestdesk.domain.proposal import RulePrice
from harvestdesk.domain.security import ASSET_CLASS_NAMES, AssetClass
from harvestdesk.reports.figures import number, percent, usd
from harvestdesk.reports.plan_sentences import RULES

_FRACTIONS = frozenset(
    {
        RuleKind.TURNOVER,
        RuleKind.SECURITY,
        RuleKind.SECTOR,
        RuleKind.ASSET_CLASS,
        RuleKind.VOLUME,
    }
)


def price_words(price: RulePrice) -> str:
    """Return what one step more of a rule is worth: `$1,000.00 more of the tax budget ...`."""
    step = _amount(price.code, price.step)
    worth = f"{usd(price.dollars)} a year"
    if price.tracking_error_bp is not None:
        worth += f", as much as {number(price.tracking_error_bp, 1)} bp of tracking error"
    return f"{step} more room in {_rule(price.code, price.name)} would be worth {worth}."


def give_words(give: RuleGive) -> str:
    """Return how far a rule would have to give: `the tax budget: from $0.00 to $1,200.00`."""
    now, needed = (_amount(give.kind, Decimal(str(x))) for x in (give.now, give.needed))
    verb = "lowered" if give.least else "raised"
    return f"{_rule(give.kind, give.name)} would have to be {verb} from {now} to {needed}."


def _amount(code: str, value: Decimal) -> str:
    if code in _FRACTIONS:
        return percent(value)
    if code == RuleKind.TRACKING_ERROR:
        return f"{number(value if value >= 1 else value * 10_000, 1)} bp"
    if code in {RuleKind.MAX_TRADES, RuleKind.LOCKS, RuleKind.SIDES}:
        return number(value, 0)
    return usd(value)


def _rule(code: str, name: str) -> str:
    words = RULES.get(code, code.replace("_", " "))
    shown = ASSET_CLASS_NAMES[AssetClass(name)] if name in set(AssetClass) else name
    return f"{words} ({shown})" if shown else words

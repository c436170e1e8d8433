"""What was asked of a plan, in words: one row a setting, for paper and for comparing plans."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.money import ONE
from harvestdesk.domain.plan_settings import (
    PLAN_NAMES,
    ZONE_NAMES,
    GroupKind,
    GroupLimit,
    PlanKind,
    PlanSettings,
)
from harvestdesk.domain.proposal import HarvestGoal, HarvestSettings, RiskLimit
from harvestdesk.domain.security import ASSET_CLASS_NAMES, AssetClass
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.reports.figures import count, joined, number, percent, usd

NONE = "none"
_YES = {True: "yes", False: "no"}
_GOALS = {
    HarvestGoal.LOSS: "the most loss",
    HarvestGoal.TAX_VALUE: "the loss worth most in tax",
}
_AMOUNT_LABELS = {
    PlanKind.INVEST: "To invest",
    PlanKind.WITHDRAW: "To raise",
    PlanKind.HARVEST_TARGET: "Losses to realise",
    PlanKind.GAIN_HARVEST: "Gains to realise at most",
    PlanKind.GIFT: "Worth of shares to give",
}


@dataclass(frozen=True, slots=True)
class AskedRow:
    """One setting of a plan in words.

    Attributes:
        field: its name in the settings.
        usual: it is as it comes, so that it need not be said.
    """

    field: str
    label: str
    value: str
    usual: bool


def asked_rows(
    settings: HarvestSettings | PlanSettings, snapshot: HouseholdSnapshot
) -> tuple[AskedRow, ...]:
    """Return every setting a person may have chosen, in words, the job first."""
    words = _Words(snapshot)
    if isinstance(settings, HarvestSettings):
        kind, rows = PlanKind.HARVEST, _rows(settings, HarvestSettings(), _harvest(words))
    else:
        kind, usual = settings.kind, PlanSettings(settings.kind)
        rows = _rows(settings, usual, _household(words, kind))
    return (AskedRow("kind", "Job", PLAN_NAMES[kind], usual=False), *rows)


def asked(
    settings: HarvestSettings | PlanSettings, snapshot: HouseholdSnapshot
) -> tuple[tuple[str, str], ...]:
    """Return what was asked beyond the usual as labels with their values, the job first."""
    return tuple((r.label, r.value) for r in asked_rows(settings, snapshot) if not r.usual)


Form = Callable[..., str]
Table = tuple[tuple[str, str, Form], ...]


def _rows(settings: object, usual: object, table: Table) -> tuple[AskedRow, ...]:
    found = []
    for field, label, form in table:
        value = getattr(settings, field)
        found.append(AskedRow(field, label, form(value), value == getattr(usual, field)))
    return tuple(found)


def _harvest(words: "_Words") -> Table:
    return (
        ("tracking_error_bp", "Limit on tracking error", _bp),
        ("risk_limit", "The limit is on", _limited),
        ("goal", "Goal", lambda goal: _GOALS[goal]),
        ("min_loss", "Smallest loss worth a sale", usd),
        ("min_trade", "Smallest order", usd),
        ("account_ids", "Accounts that trade", words.accounts("every taxable one")),
        ("excluded_security_ids", "Left out", words.symbols),
        ("replace", "Replacements are bought", lambda value: _YES[value]),
        ("max_disallowed_percent", "Disallowed at most", _percents),
    )


def _household(words: "_Words", kind: PlanKind) -> Table:
    source = "Into" if kind is PlanKind.INVEST else "From"
    return (
        ("amount", _AMOUNT_LABELS.get(kind, "Amount"), _or_none(usd)),
        ("source_ids", source, words.accounts("any taxable account")),
        ("short_only", "Short-term losses only", lambda value: _YES[value]),
        ("recipient", "To", lambda value: value or NONE),
        ("risk_aversion", "Risk aversion", _plain),
        ("tracking_error_bp", "Tracking error at most", _or_none(_bp)),
        ("tax_budget", "Tax of this year the plan may cost", _or_none(usd)),
        ("gain_budget", "Gain less loss it may realise", _or_none(usd)),
        ("turnover", "Turnover at most", _or_none(percent)),
        ("zone", "Drift is a reason to trade", lambda zone: ZONE_NAMES[zone]),
        ("keep_bands", "Asset classes end inside their bands", lambda value: _YES[value]),
        ("group_limits", "Weights after the plan", words.limits),
        ("never_sell", "Never sold", words.symbols),
        ("never_buy", "Never bought", words.symbols),
        ("excluded_security_ids", "Left out", words.symbols),
        ("account_ids", "Accounts that trade", words.accounts("all that may")),
        ("min_trade", "Smallest order", usd),
        ("max_trades", "Orders at most", _or_none(str)),
        ("max_volume_share", "Of a day's volume at most", _or_none(percent)),
        ("cost_rate", "Cost of a dollar traded", lambda rate: _bp(rate * 10_000)),
        ("ticket_cost", "Cost of an order", usd),
        ("piggy_back", "Losses only from what is sold anyway", lambda value: _YES[value]),
        ("location_weight", "Weight of asset location", _plain),
        ("location_years", "Years asset location looks ahead", str),
        ("after_tax_view", "Traditional accounts count after tax", lambda value: _YES[value]),
        ("retirement_rate", "Tax rate at withdrawal", percent),
    )


class _Words:
    """Ids of a household in words."""

    def __init__(self, snapshot: HouseholdSnapshot) -> None:
        self._snapshot = snapshot

    def symbols(self, ids: Iterable[SecurityId]) -> str:
        """Return symbols, or that there are none."""
        return joined(self._symbol(s) for s in ids) or NONE

    def accounts(self, nobody: str) -> Callable[[Iterable[AccountId]], str]:
        """Return a form that names accounts; `nobody` is what no account means."""
        by_id = self._snapshot.account_by_id

        def form(ids: Iterable[AccountId]) -> str:
            return joined(by_id[a].name if a in by_id else str(a) for a in ids) or nobody

        return form

    def limits(self, limits: Iterable[GroupLimit]) -> str:
        """Return limits on weights, or that there are none."""
        return "; ".join(self._limit(limit) for limit in limits) or NONE

    def _limit(self, limit: GroupLimit) -> str:
        low, high = percent(limit.low), percent(limit.high)
        name = self._group(limit)
        if limit.low <= 0:
            return f"{name} at most {high}"
        return f"{name} at least {low}" if limit.high >= ONE else f"{name} {low} to {high}"

    def _group(self, limit: GroupLimit) -> str:
        if limit.kind is GroupKind.SECURITY:
            return self._symbol(SecurityId(limit.name))
        if limit.kind is GroupKind.ASSET_CLASS and limit.name in set(AssetClass):
            return ASSET_CLASS_NAMES[AssetClass(limit.name)]
        return limit.name

    def _symbol(self, security_id: SecurityId) -> str:
        found = self._snapshot.security_by_id.get(security_id)
        return found.symbol if found else str(security_id)


def orders_words(sales: int, purchases: int) -> str:
    """Return `3 sales and 2 purchases`, or what there is of it."""
    parts = [count(sales, "sale")] if sales else []
    parts += [count(purchases, "purchase")] if purchases else []
    return joined(parts) or "no trade"


def _or_none(form: Callable[[Decimal], str] | type[str]) -> Callable[[Decimal | None], str]:
    return lambda value: NONE if value is None else form(value)


def _bp(value: Decimal) -> str:
    return f"{number(value, 1)} bp"


def _percents(value: Decimal) -> str:
    return f"{_plain(value)}% of a loss"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _limited(limit: RiskLimit) -> str:
    return "the rise over today" if limit is RiskLimit.INCREASE else "the level after the plan"

"""The way out of a conflict: settings with one rule loosened by enough, and by no more than a sensible step."""

from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from harvestdesk.domain.conflict import RuleGive, RuleKind
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.plan_settings import GroupLimit, PlanSettings, Zone

ROOM = Decimal("1.001")
"""What a solver's last digits and whole shares may need beyond the least that was found, a factor of the change."""
DIGITS = 3
"""Significant digits of a loosened budget: 1,239.20 dollars become 1,240."""
SHARE = Decimal("0.001")
BP = Decimal("0.1")


def relaxed(settings: PlanSettings, give: RuleGive) -> PlanSettings | None:
    """Return the settings with one rule loosened enough, or None where no setting loosens it.

    Cash asked of an account is one of the household's rules, locks are the law's, and sides nobody's.
    """
    loosened = _LOOSENED.get(give.kind)
    return loosened(settings, give) if loosened else None


def _end(give: RuleGive) -> Decimal:
    """Return what the rule would have to be, with a little room."""
    now, needed = Decimal(repr(give.now)), Decimal(repr(give.needed))
    return now + (needed - now) * ROOM


def _to(value: Decimal, step: Decimal, *, down: bool) -> Decimal:
    return (value / step).to_integral_value(ROUND_FLOOR if down else ROUND_CEILING) * step


def _dollars(give: RuleGive) -> Decimal:
    """Return dollars, outward to a round step of at least one."""
    end = _end(give)
    step = Decimal(1).scaleb(max(0, end.adjusted() + 1 - DIGITS))
    return _to(end, step, down=give.least)


def _turnover(settings: PlanSettings, give: RuleGive) -> PlanSettings:
    return replace(settings, turnover=min(Decimal(1), _to(_end(give), SHARE, down=False)))


def _error(settings: PlanSettings, give: RuleGive) -> PlanSettings:
    return replace(settings, tracking_error_bp=_to(_end(give) * 10_000, BP, down=False))


def _amount(settings: PlanSettings, give: RuleGive) -> PlanSettings | None:
    amount = _dollars(give)
    return replace(settings, amount=amount) if amount > ZERO else None


def _orders(settings: PlanSettings, give: RuleGive) -> PlanSettings:
    return replace(
        settings, max_trades=int(_to(Decimal(repr(give.needed)), Decimal(1), down=False))
    )


def _smallest(settings: PlanSettings, give: RuleGive) -> PlanSettings:
    return replace(
        settings, min_trade=max(ZERO, _to(Decimal(repr(give.needed)), Decimal(1), down=True))
    )


def _volume(settings: PlanSettings, give: RuleGive) -> PlanSettings | None:
    if settings.max_volume_share is None:
        return None
    times = Decimal(repr(give.needed)) / Decimal(repr(give.now))
    return replace(
        settings, max_volume_share=_to(settings.max_volume_share * times, SHARE, down=False)
    )


def _weight(settings: PlanSettings, give: RuleGive) -> PlanSettings | None:
    """Widen the limits of that name that are too narrow; where there are none it is the bands that give."""
    end = min(Decimal(1), max(ZERO, _to(_end(give), SHARE, down=give.least)))
    widened = tuple(_widened(limit, give, end) for limit in settings.group_limits)
    if widened != settings.group_limits:
        return replace(settings, group_limits=widened)
    if give.kind is RuleKind.ASSET_CLASS and (
        settings.keep_bands or settings.zone is not Zone.NONE
    ):
        return replace(settings, keep_bands=False, zone=Zone.NONE)
    return None


def _widened(limit: GroupLimit, give: RuleGive, end: Decimal) -> GroupLimit:
    if (limit.kind.value, limit.name) != (give.kind.value, give.name):
        return limit
    return (
        replace(limit, low=min(limit.low, end))
        if give.least
        else replace(limit, high=max(limit.high, end))
    )


_LOOSENED: dict[RuleKind, Callable[[PlanSettings, RuleGive], PlanSettings | None]] = {
    RuleKind.TURNOVER: _turnover,
    RuleKind.TAX_BUDGET: lambda settings, give: replace(settings, tax_budget=_dollars(give)),
    RuleKind.GAIN_BUDGET: lambda settings, give: replace(settings, gain_budget=_dollars(give)),
    RuleKind.TRACKING_ERROR: _error,
    RuleKind.LOSS_TARGET: _amount,
    RuleKind.PAYOUT: _amount,
    RuleKind.MAX_TRADES: _orders,
    RuleKind.MIN_TRADE: _smallest,
    RuleKind.VOLUME: _volume,
    RuleKind.SECURITY: _weight,
    RuleKind.SECTOR: _weight,
    RuleKind.ASSET_CLASS: _weight,
}

"""What may be harvested on a day, from case facts with `as_of` and `prices` (kind `screen`)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO, cents, decimal_text, money_text, parse_decimal
from harvestdesk.domain.wash_policy import (
    DEFAULT_POLICY,
    AcquiredBeforeSoldLot,
    CryptoRule,
    OtherPlans,
    WashPolicy,
)
from harvestdesk.tax.holding_period import term_of
from harvestdesk.washsale.events import Acquire, LedgerFacts, LedgerLot
from harvestdesk.washsale.fact_rows import Json
from harvestdesk.washsale.facts import evaluate_facts, ledger_facts, policy_of
from harvestdesk.washsale.ledger import ledger_set, run_ledger
from harvestdesk.washsale.window import first_safe_loss_sale, in_window


def answer_facts(facts: Json, policy: WashPolicy = DEFAULT_POLICY) -> dict[str, Any]:
    """Answer case facts: a screen where they carry `as_of` and `prices`, else the full tax result.

    Raises:
        BadInputError: naming the transaction and the field that can't be used.
    """
    if "as_of" in facts and "prices" in facts:
        return screen_facts(facts, policy)
    return evaluate_facts(facts, policy)


def screen_facts(facts: Json, policy: WashPolicy = DEFAULT_POLICY) -> dict[str, Any]:
    """Return `harvestable` loss lots and the `blocking_purchases` of the last 30 days.

    Raises:
        BadInputError: naming the field that can't be used.
    """
    as_of = _as_of(facts)
    prices = _prices(facts)
    everything = ledger_facts(facts)
    events = tuple(e for e in everything.events if e.on <= as_of)
    known = replace(everything, events=events)
    bought = {e.lot: e for e in events if isinstance(e, Acquire)}
    policy = policy_of(facts, policy)
    held = run_ledger(known, policy).lots
    recent = [x for x in held if _can_wash(x, bought[x.lot], known, policy, as_of)]
    harvestable: list[dict[str, Any]] = []
    blocking: dict[str, LedgerLot] = {}
    for lot_id, parts in _loss_lots(held, prices).items():
        washers = _washers(parts[0], recent, bought, known, policy)
        shares = sum((p.quantity for p in parts), ZERO)
        harvestable.append(
            {
                "lot": lot_id,
                "loss": money_text(cents(_loss(parts, prices))),
                "term": _term(parts[0], as_of).value,
                "wash_risk": bool(washers),
                "washed_if_sold": decimal_text(
                    min(shares, sum((_cover(w, bought) for w in washers), ZERO))
                ),
            }
        )
        blocking |= {w.lot: w for w in washers}
    return {
        "harvestable": harvestable,
        "blocking_purchases": [
            {
                "lot": x.lot,
                "date": bought[x.lot].on.isoformat(),
                "first_safe_sale_date": first_safe_loss_sale(bought[x.lot].on).isoformat(),
            }
            for x in sorted(blocking.values(), key=lambda x: (bought[x.lot].on, x.lot))
        ],
    }


def _loss_lots(
    held: tuple[LedgerLot, ...], prices: Mapping[str, Decimal]
) -> dict[str, list[LedgerLot]]:
    parts: dict[str, list[LedgerLot]] = defaultdict(list)
    for lot in held:
        if not lot.sheltered and lot.symbol in prices:
            parts[lot.lot].append(lot)
    return {lot_id: rows for lot_id, rows in parts.items() if _loss(rows, prices) > 0}


def _loss(parts: list[LedgerLot], prices: Mapping[str, Decimal]) -> Decimal:
    return sum((p.basis - p.quantity * prices[p.symbol] for p in parts), ZERO)


def _can_wash(
    lot: LedgerLot, bought: Acquire, facts: LedgerFacts, policy: WashPolicy, as_of: date
) -> bool:
    kind = facts.symbols[lot.symbol]
    exempt = kind.exempt and not (kind.crypto and policy.crypto is CryptoRule.AS_SECURITY)
    no_plan = policy.other_plans is OtherPlans.AS_IRA or lot.account not in facts.other_plans
    return (
        bought.washing
        and not lot.is_replacement
        and not kind.put
        and not exempt
        and no_plan
        and in_window(as_of, bought.on)
    )


def _term(lot: LedgerLot, on: date) -> Term:
    return Term.LONG if lot.always_long else term_of(lot.adjusted_acquired, on)


def _washers(
    lot: LedgerLot,
    recent: list[LedgerLot],
    bought: Mapping[str, Acquire],
    facts: LedgerFacts,
    policy: WashPolicy,
) -> list[LedgerLot]:
    own = bought[lot.lot].purchase or lot.lot
    kind = facts.symbols[lot.symbol]
    of_set = ledger_set(facts, lot.symbol, policy)
    any_age = policy.acquired_before_sold_lot is AcquiredBeforeSoldLot.COUNTS
    return [
        x
        for x in recent
        if (bought[x.lot].purchase or x.lot) != own
        and ledger_set(facts, x.symbol, policy) == of_set
        and (any_age or bought[x.lot].on >= lot.acquired)
        and (not kind.contract or x.symbol == lot.symbol)
    ]


def _cover(lot: LedgerLot, bought: Mapping[str, Acquire]) -> Decimal:
    return lot.quantity * bought[lot.lot].shares_per_unit


def _as_of(facts: Json) -> date:
    try:
        return date.fromisoformat(str(facts.get("as_of")))
    except ValueError as error:
        raise BadInputError("facts, field as_of: expected a date YYYY-MM-DD") from error


def _prices(facts: Json) -> dict[str, Decimal]:
    found = facts.get("prices")
    if not isinstance(found, Mapping):
        raise BadInputError("facts, field prices: expected an object of symbol to price")
    prices: dict[str, Decimal] = {}
    for symbol, text in found.items():
        value = parse_decimal(str(text))
        if value is None:
            raise BadInputError(f"facts, field prices: {text!r} of {symbol} is not a number")
        prices[str(symbol)] = value
    return prices

"""Adapter of `evaluate-ledger`: case facts as JSON in, tax results as JSON out.

The layout is `harvestdesk.washcase/1`; money and shares are decimal strings, dates ISO.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from harvestdesk.domain.account import AccountType, ReliefMethod
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO, cents, decimal_text, money_text, parse_decimal
from harvestdesk.domain.wash_policy import DEFAULT_POLICY, SameDayOrder, WashPolicy
from harvestdesk.washsale.events import (
    Acquire,
    Event,
    LedgerFacts,
    LedgerLot,
    LedgerResult,
    LedgerSymbol,
    Pick,
    ReturnOfCapital,
    SaleSlice,
    Sell,
    Split,
)
from harvestdesk.washsale.identical import tracked_index_key
from harvestdesk.washsale.ledger import run_ledger
from harvestdesk.washsale.policy import with_choices

Json = Mapping[str, Any]

WASHING_TYPES = frozenset({"buy", "recurring", "drip", "vest", "option_buy"})
BRINGING_TYPES = frozenset({"opening_lot", "transfer_in", "gift_in", "inherit"})
_TAXABLE = frozenset(t.value for t in AccountType if t.is_taxable)


def evaluate_facts(facts: Json, policy: WashPolicy = DEFAULT_POLICY) -> dict[str, Any]:
    """Run the facts of a case; return `sales`, `lots`, `totals` and `by_year`.

    Raises:
        BadInputError: naming the transaction and the field that can't be used.
    """
    policy = policy_of(facts, policy)
    result = run_ledger(ledger_facts(facts), policy)
    for short in result.shortfalls:
        where = f" of lot {short.lot}" if short.lot else ""
        raise BadInputError(
            f"transaction {short.sale}: sells {decimal_text(short.missing)} more shares{where} "
            f"than account {short.account} holds"
        )
    return {
        "sales": [_sale_json(row) for row in result.sales],
        "lots": [_lot_json(lot) for lot in result.lots],
        "totals": _totals(result),
        "by_year": _by_year(result.sales),
    }


def policy_of(facts: Json, policy: WashPolicy = DEFAULT_POLICY) -> WashPolicy:
    """Return the policy with the judgement calls the facts name themselves.

    Raises:
        BadInputError: when an option or its choice is not known.
    """
    if facts.get("same_day_order") == SameDayOrder.AS_LISTED:
        policy = replace(policy, same_day_order=SameDayOrder.AS_LISTED)
    named = facts.get("policy") or {}
    if not isinstance(named, Mapping):
        raise BadInputError("facts, field policy: expected an object of option to choice")
    return with_choices(policy, named)


def ledger_facts(facts: Json) -> LedgerFacts:
    """Return the facts of a case as the ledger takes them.

    Raises:
        BadInputError: naming the transaction and the field that can't be used.
    """
    accounts = _list(facts, "accounts", "facts")
    method = _method(facts.get("lot_method"), "lot_method")
    shorts: dict[str, tuple[date, Decimal, Decimal]] = {}
    named: set[str] = set()
    events: list[Event] = []
    for row in _list(facts, "transactions", "facts"):
        event = _event(row, method, shorts)
        if event is None:
            continue
        if isinstance(event, Acquire):
            if event.lot in named:
                raise BadInputError(f"{_name(row)}, field lot: {event.lot!r} is used twice")
            named.add(event.lot)
        events.append(event)
    kinds = {str(a["id"]): str(a.get("type", "taxable")) for a in accounts}
    sheltered = frozenset(a for a, kind in kinds.items() if kind not in _TAXABLE)
    return LedgerFacts(
        tuple(events),
        sheltered,
        _symbols(facts, {e.symbol for e in events}),
        {str(a["id"]): method for a in accounts} if method else {},
        other_plans=frozenset(a for a in sheltered if not kinds[a].endswith("ira")),
        owners={str(a["id"]): _owners(a.get("owner")) for a in accounts},
    )


def _owners(owner: object) -> frozenset[str]:
    if not owner:
        return frozenset()
    return frozenset({"self", "spouse"}) if owner == "joint" else frozenset({str(owner)})


def _event(
    row: Json, method: ReliefMethod | None, shorts: dict[str, tuple[date, Decimal, Decimal]]
) -> Event | None:
    kind = _text(row, "type")
    if kind in WASHING_TYPES or kind in BRINGING_TYPES:
        return _acquire(row, kind)
    if kind == "sell":
        return _sell(row)
    if kind == "split":
        return Split(_text(row, "id"), _day(row, "date"), _text(row, "symbol"), _ratio(row))
    if kind == "roc":
        return ReturnOfCapital(
            _text(row, "id"), _day(row, "date"), _text(row, "account"), _text(row, "symbol"),
            _number(row, "total"),
        )  # fmt: skip
    if kind == "short_open":
        shorts[_text(row, "id")] = (
            _day(row, "date"), _shares(row), _money(row, Decimal(-1)),
        )  # fmt: skip
        return None
    if kind == "short_close":
        return _short_close(row, shorts)
    raise BadInputError(f"{_name(row)}: type {kind!r} is not known")


def _acquire(row: Json, kind: str) -> Acquire:
    return Acquire(
        _text(row, "id"), _day(row, "date"), _text(row, "account"), _text(row, "symbol"),
        _shares(row), _money(row, Decimal(1)), str(row.get("lot") or _text(row, "id")),
        purchase=str(row.get("purchase") or ""),
        washing=kind in WASHING_TYPES,
        acquired=_day(row, "acquired") if row.get("acquired") else None,
        used=bool(row.get("already_replacement")),
        shares_per_unit=_number(row, "shares_per_unit") if "shares_per_unit" in row else Decimal(1),
    )  # fmt: skip


def _sell(row: Json) -> Sell:
    return Sell(
        _text(row, "id"), _day(row, "date"), _text(row, "account"), _text(row, "symbol"),
        _shares(row), _money(row, Decimal(-1)), _picks(row),
        _method(row.get("method"), f"{_name(row)}, field method"),
    )  # fmt: skip


def _short_close(row: Json, shorts: Mapping[str, tuple[date, Decimal, Decimal]]) -> Sell:
    """Return the delivery that closes a short sale; its window runs from the day it was opened.

    Pub. 550, Short Sales: the wash-sale rules apply from the date the short sale was entered into.
    """
    opened = shorts.get(str(row.get("opens")))
    if opened is None:
        raise BadInputError(f"{_name(row)}, field opens: no such short sale")
    on, quantity, total = opened
    closed = _shares(row)
    return Sell(
        _text(row, "id"), _day(row, "date"), _text(row, "account"), _text(row, "symbol"),
        closed, total * closed / quantity, _picks(row), wash_on=on,
    )  # fmt: skip


def _picks(row: Json) -> tuple[Pick, ...]:
    return tuple(
        Pick(
            _text(pick, "lot"),
            _number(pick, "quantity"),
            _replacement_first(pick.get("sublot_order")),
        )
        for pick in row.get("lots") or ()
    )


def _replacement_first(order: object) -> bool | None:
    """Return False for `replacement_last`: shares that replaced nothing are sold first."""
    return None if order is None else order != "replacement_last"


def _symbols(facts: Json, traded: Iterable[str]) -> dict[str, LedgerSymbol]:
    """Return what each symbol is: its group, or that of its underlying."""
    group_of: dict[str, str] = {}
    for group in facts.get("identical_groups") or ():
        for symbol in group["symbols"]:
            group_of.setdefault(str(symbol), f"group:{group['id']}")
    rows = {str(row["symbol"]): row for row in facts.get("symbols") or ()}
    for symbol, row in rows.items():
        if row.get("wash_group"):
            group_of.setdefault(symbol, f"group:{row['wash_group']}")
    known: dict[str, LedgerSymbol] = {}
    strict = _strict_groups(rows, group_of)
    for symbol in {*traded, *rows, *group_of}:
        row = rows.get(symbol, {})
        home = str(row.get("underlying") or symbol)
        kind = row.get("asset_class", "security")
        set_id = group_of.get(symbol) or group_of.get(home) or f"own:{home}"
        known[symbol] = LedgerSymbol(
            set_id,
            contract=kind in {"option", "warrant"},
            put=row.get("right") == "put",
            exempt=kind == "crypto",
            crypto=kind == "crypto",
            strict_set_id=strict.get(set_id, set_id),
        )
    return known


def _strict_groups(rows: Mapping[str, Json], group_of: Mapping[str, str]) -> dict[str, str]:
    """Return the group each group belongs to where funds of one `tracked_index` are identical."""
    joined: dict[str, str] = {}
    first_of: dict[str, str] = {}

    def root(group: str) -> str:
        while group in joined:
            group = joined[group]
        return group

    for symbol, row in sorted(rows.items()):
        index_name = tracked_index_key(str(row.get("tracked_index") or ""))
        if not index_name:
            continue
        mine = root(group_of.get(symbol, f"own:{symbol}"))
        first = root(first_of.setdefault(index_name, mine))
        if first != mine:
            joined[mine] = first
    return {group: root(group) for group in joined}


# --- results ------------------------------------------------------------------------------------


def _usd(value: Decimal) -> str:
    return money_text(cents(value) + ZERO)


def _sale_json(row: SaleSlice) -> dict[str, Any]:
    made: dict[str, Any] = {
        "sale": row.sale,
        "lot": row.lot,
        "account": row.account,
        "symbol": row.symbol,
        "quantity": decimal_text(row.quantity),
        "acquired": row.acquired.isoformat(),
        "adjusted_acquired": row.adjusted_acquired.isoformat(),
        "sold": row.sold.isoformat(),
        "proceeds": _usd(row.proceeds),
        "basis": _usd(row.basis),
        "gain": _usd(row.gain),
        "disallowed": _usd(row.disallowed),
        "recognized": _usd(row.recognized),
        "code": row.code,
        "term": row.term.value,
        "replaced_by": row.replaced_by,
        "permanent": row.permanent,
    }
    return made if row.kind == "sale" else {**made, "kind": row.kind}


def _lot_json(lot: LedgerLot) -> dict[str, Any]:
    return {
        "lot": lot.lot,
        "account": lot.account,
        "symbol": lot.symbol,
        "quantity": decimal_text(lot.quantity),
        "acquired": lot.acquired.isoformat(),
        "adjusted_acquired": lot.adjusted_acquired.isoformat(),
        "original_basis": _usd(lot.original_basis),
        "wash_added": _usd(lot.wash_added),
        "basis": _usd(lot.basis),
        "is_replacement": lot.is_replacement,
        "replaces": list(lot.replaces),
    }


def _totals(result: LedgerResult) -> dict[str, str]:
    sales = result.sales
    return {
        "proceeds": _usd(sum((s.proceeds for s in sales), ZERO)),
        "basis": _usd(sum((s.basis for s in sales), ZERO)),
        "gain_before_wash": _usd(sum((s.gain for s in sales), ZERO)),
        "disallowed": _usd(sum((s.disallowed for s in sales), ZERO)),
        "permanently_disallowed": _usd(sum((s.disallowed for s in sales if s.permanent), ZERO)),
        "recognized_short": _usd(_recognized(sales, Term.SHORT)),
        "recognized_long": _usd(_recognized(sales, Term.LONG)),
        "deferred_in_open_lots": _usd(sum((x.wash_added for x in result.lots), ZERO)),
    }


def _recognized(sales: Iterable[SaleSlice], term: Term) -> Decimal:
    return sum((s.recognized for s in sales if s.term is term), ZERO)


def _by_year(sales: Iterable[SaleSlice]) -> dict[str, dict[str, str]]:
    years: dict[int, list[SaleSlice]] = defaultdict(list)
    for row in sales:
        years[row.sold.year].append(row)
    return {
        str(year): {
            "recognized_short": _usd(_recognized(rows, Term.SHORT)),
            "recognized_long": _usd(_recognized(rows, Term.LONG)),
            "disallowed": _usd(sum((s.disallowed for s in rows), ZERO)),
        }
        for year, rows in sorted(years.items())
    }


# --- fields -------------------------------------------------------------------------------------


def _name(row: Json) -> str:
    return f"transaction {row.get('id', '?')}"


def _list(row: Json, key: str, where: str) -> list[Json]:
    value = row.get(key)
    if not isinstance(value, list):
        raise BadInputError(f"{where}: field {key} must be a list")
    return value


def _text(row: Json, key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value:
        raise BadInputError(f"{_name(row)}: field {key} is missing")
    return value


def _day(row: Json, key: str) -> date:
    try:
        return date.fromisoformat(_text(row, key))
    except ValueError as error:
        raise BadInputError(
            f"{_name(row)}, field {key}: {row[key]!r} is not a date (expected YYYY-MM-DD)"
        ) from error


def _number(row: Json, key: str) -> Decimal:
    value = parse_decimal(str(row.get(key)))
    if value is None:
        raise BadInputError(
            f"{_name(row)}, field {key}: {row.get(key)!r} is not a number (expected a decimal)"
        )
    return value


def _money(row: Json, fee_sign: Decimal) -> Decimal:
    """Return the total of a row, or price times quantity with fees added or taken off."""
    if row.get("total") is not None:
        return _number(row, "total")
    fees = _number(row, "fees") if row.get("fees") is not None else ZERO
    return _number(row, "price") * _shares(row) + fee_sign * fees


def _shares(row: Json) -> Decimal:
    quantity = _number(row, "quantity")
    if quantity <= 0:
        raise BadInputError(f"{_name(row)}, field quantity: must be positive")
    return quantity


def _ratio(row: Json) -> Fraction:
    try:
        ratio = Fraction(str(row.get("ratio")))
    except (ValueError, ZeroDivisionError) as error:
        raise BadInputError(
            f"{_name(row)}, field ratio: expected a number or a fraction such as 1/10"
        ) from error
    if ratio <= 0:
        raise BadInputError(f"{_name(row)}, field ratio: must be positive")
    return ratio


def _method(value: object, where: str) -> ReliefMethod | None:
    if value is None:
        return None
    try:
        return ReliefMethod(str(value))
    except ValueError as error:
        known = ", ".join(ReliefMethod)
        raise BadInputError(f"{where}: {value!r} is not one of {known}") from error

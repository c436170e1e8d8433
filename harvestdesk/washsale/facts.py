"""Adapter of `evaluate-ledger`: case facts as JSON in, tax results as JSON out.

The layout is `harvestdesk.washcase/1`; money and shares are decimal strings, dates ISO.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from harvestdesk.domain.account import AccountType
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO, cents, decimal_text, money_text
from harvestdesk.domain.wash_policy import DEFAULT_POLICY, WashPolicy
from harvestdesk.washsale.events import (
    Exchange,
    LedgerFacts,
    LedgerLot,
    LedgerResult,
    LedgerSymbol,
    OpenShort,
    SaleSlice,
    SpinOff,
)
from harvestdesk.washsale.fact_rows import FactRows, Json, method_of
from harvestdesk.washsale.identical import tracked_index_key
from harvestdesk.washsale.ledger import run_ledger
from harvestdesk.washsale.policy import with_choices
from harvestdesk.washsale.readings import Readings, other_readings

READINGS_UP_TO = 5000
"""Transactions up to which the ledger is run again for other readings of the law."""
_TAXABLE = frozenset(t.value for t in AccountType if t.is_taxable)


def evaluate_facts(facts: Json, policy: WashPolicy = DEFAULT_POLICY) -> dict[str, Any]:
    """Run the facts of a case; return `sales`, `lots`, `totals` and `by_year`.

    Ledgers of up to `READINGS_UP_TO` transactions are told besides, for each sale, under which other
    choices of the policy it comes to something else (`changed_by`).

    Raises:
        BadInputError: naming the transaction and the field that can't be used.
    """
    policy = policy_of(facts, policy)
    ledger = ledger_facts(facts)
    result = run_ledger(ledger, policy)
    _refuse(result)
    few = len(ledger.events) <= READINGS_UP_TO
    readings = other_readings(ledger, policy, result) if few else None
    answer: dict[str, Any] = {
        "sales": [_sale_json(row, readings) for row in result.sales],
        "lots": [_lot_json(lot) for lot in result.lots],
        "totals": _totals(result),
        "by_year": _by_year(result),
    }
    if result.shorts:
        answer["shorts"] = [_short_json(short) for short in result.shorts]
    return answer


def _refuse(result: LedgerResult) -> None:
    """Refuse facts that don't add up.

    Raises:
        BadInputError: naming the transaction.
    """
    for asked in result.refused:
        raise BadInputError(
            f"transaction {asked.sale}: average cost is for funds and dividend reinvestment plans, "
            f"and {asked.symbol} is neither (Reg. 1.1012-1(e)(1))"
        )
    for short in result.shortfalls:
        if short.kind == "short_close":
            raise BadInputError(
                f"transaction {short.sale}: closes {decimal_text(short.missing)} more shares than were "
                f"sold short in account {short.account}"
            )
        if short.kind == "cash_in_lieu":
            raise BadInputError(
                f"transaction {short.sale}, field cash_in_lieu: there are no fractions of a share of "
                f"{short.symbol} to pay for"
            )
        where = f" of lot {short.lot}" if short.lot else ""
        raise BadInputError(
            f"transaction {short.sale}: sells {decimal_text(short.missing)} more shares{where} "
            f"than account {short.account} holds"
        )


def policy_of(facts: Json, policy: WashPolicy = DEFAULT_POLICY) -> WashPolicy:
    """Return the policy with the judgement calls the facts name themselves.

    Raises:
        BadInputError: when an option or its choice is not known.
    """
    if facts.get("same_day_order") is not None:
        policy = with_choices(policy, {"same_day_order": str(facts["same_day_order"])})
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
    method = method_of(facts.get("lot_method"), "lot_method")
    rows = _list(facts, "transactions", "facts")
    kinds = {str(a.get("id")): str(a.get("type", "taxable")) for a in accounts}
    if len(kinds) < len(accounts):
        raise BadInputError("facts, field accounts: two accounts have the same id")
    reader = FactRows(frozenset(kinds), _as_of(facts))
    events = tuple(reader.read(row) for row in sorted(rows, key=_date_text))
    for row, event in zip(sorted(rows, key=_date_text), events, strict=True):
        reader.check_picks(row, event)
    sheltered = frozenset(a for a, kind in kinds.items() if kind not in _TAXABLE)
    traded = {e.symbol for e in events}
    traded |= {e.new_symbol for e in events if isinstance(e, (SpinOff, Exchange))}
    return LedgerFacts(
        events,
        sheltered,
        _symbols(facts, traded),
        dict.fromkeys(kinds, method) if method else {},
        other_plans=frozenset(a for a in sheltered if not kinds[a].endswith("ira")),
        owners={str(a.get("id")): _owners(a.get("owner")) for a in accounts},
    )


def _date_text(row: Json) -> str:
    return str(row.get("date"))


def _as_of(facts: Json) -> date | None:
    text = facts.get("as_of")
    if text is None:
        return None
    try:
        return date.fromisoformat(str(text))
    except ValueError as error:
        raise BadInputError("facts, field as_of: expected a date YYYY-MM-DD") from error


def _owners(owner: object) -> frozenset[str]:
    if not owner:
        return frozenset()
    return frozenset({"self", "spouse"}) if owner == "joint" else frozenset({str(owner)})


def _symbols(facts: Json, traded: Iterable[str]) -> dict[str, LedgerSymbol]:
    """Return what each symbol is: its group, or that of its underlying."""
    group_of: dict[str, str] = {}
    for group in _objects(facts, "identical_groups", "id"):
        for symbol in _list(group, "symbols", f"facts, identical group {group['id']}"):
            group_of.setdefault(str(symbol), f"group:{group['id']}")
    rows = {str(row["symbol"]): row for row in _objects(facts, "symbols", "symbol")}
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
            averages=kind not in {"option", "warrant", "crypto", "stock"},
            crypto=kind == "crypto",
            strict_set_id=strict.get(set_id, set_id),
            underlying=str(row.get("underlying") or ""),
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


def _sale_json(row: SaleSlice, readings: Readings | None) -> dict[str, Any]:
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
    if row.kind != "sale":
        made["kind"] = row.kind
    changed_by = () if readings is None else readings.options_of_sale(row.sale)
    return {**made, "changed_by": list(changed_by)} if changed_by else made


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


def _short_json(short: OpenShort) -> dict[str, Any]:
    return {
        "short": short.id,
        "account": short.account,
        "symbol": short.symbol,
        "quantity": decimal_text(short.quantity),
        "opened": short.opened.isoformat(),
        "proceeds": _usd(short.proceeds),
        "wash_added": _usd(short.wash_added),
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
        "deferred_in_open_lots": _usd(
            sum((x.wash_added for x in result.lots), ZERO)
            + sum((x.wash_added for x in result.shorts), ZERO)
        ),
    }


def _recognized(sales: Iterable[SaleSlice], term: Term) -> Decimal:
    return sum((s.recognized for s in sales if s.term is term), ZERO)


def _by_year(result: LedgerResult) -> dict[str, dict[str, str]]:
    years: dict[int, list[SaleSlice]] = defaultdict(list)
    for row in result.sales:
        years[row.sold.year].append(row)
    income: dict[int, dict[Term, Decimal]] = {}
    for paid in result.distributions:
        of_year = income.setdefault(paid.on.year, defaultdict(Decimal))
        of_year[paid.term] += paid.total
    return {
        str(year): {
            "recognized_short": _usd(_recognized(years[year], Term.SHORT)),
            "recognized_long": _usd(_recognized(years[year], Term.LONG)),
            "disallowed": _usd(sum((s.disallowed for s in years[year]), ZERO)),
            **{
                f"distributions_{term}": _usd(total)
                for term, total in sorted(income.get(year, {}).items())
            },
        }
        for year in sorted({*years, *income})
    }


def _objects(facts: Json, key: str, needed: str) -> list[Any]:
    """Return the objects of a list that may be absent; each must have the field it is named by."""
    rows = [] if facts.get(key) is None else _list(facts, key, "facts")
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, Mapping) or not isinstance(row.get(needed), str):
            raise BadInputError(
                f"facts, field {key}, row {number}: expected an object with `{needed}`"
            )
    return rows


def _list(row: Json, key: str, where: str) -> list[Any]:
    value = row.get(key)
    if not isinstance(value, list):
        raise BadInputError(f"{where}: field {key} must be a list")
    return value

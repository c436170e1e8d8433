"""The columns of our own tables."""

from dataclasses import dataclass

from harvestdesk.importers.tolerant import Columns


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of table: its columns and those it cannot do without."""

    kind: str
    columns: Columns
    required: tuple[str, ...]


def _same(*names: str) -> dict[str, tuple[str, ...]]:
    return {name: (name.replace("_", " "),) for name in names}


_ACCOUNT = _same("account", "account_name", "account_type", "owner", "custodian", "number_tail")
_SECURITY = _same(
    "symbol",
    "name",
    "kind",
    "cusip",
    "asset_class",
    "sector",
    "tracked_index",
    "role",
    "underlying",
)

_LOTS: Columns = {
    **_ACCOUNT,
    **_SECURITY,
    **_same("shares", "wash_added", "source", "purchase", "broker_ref", "as_of", "price", "note"),
    "acquired": ("acquired", "acquired on", "date acquired"),
    "adjusted_acquired": ("adjusted acquired", "adjusted acquired on"),
    "cost_basis": ("cost basis", "basis"),
}
_TRANSACTIONS: Columns = {
    **_ACCOUNT,
    **_SECURITY,
    **_same("date", "type", "shares", "amount", "fees", "purchase", "lot", "picks", "relief"),
    **_same("ratio", "other_symbol", "basis_fraction", "broker_ref", "note"),
    "acquired": ("acquired", "acquired on"),
}
_SCHEDULE: Columns = {
    **_ACCOUNT,
    **_same(
        "symbol", "type", "next", "every_days", "until", "shares", "amount", "confirmed", "note"
    ),
}
_EXTERNAL_GAINS = _same(
    "year", "quarter", "term", "amount", "probability", "kind", "realised", "note"
)
_ACCOUNTS: Columns = {
    **_same("account", "name", "type", "custodian", "number_tail", "relief", "reinvests"),
    **_same("fractional", "cash", "cash_on"),
    "owner": ("owner", "owners"),
}

_ACCOUNT_RULES: Columns = {
    **_ACCOUNT,
    **_same("role", "cash_min", "cash_reserve", "cash_max", "note"),
    "menu": ("menu", "offers"),
}

KINDS = (
    Layout("lots", _LOTS, ("symbol", "shares", "acquired", "cost_basis")),
    Layout(
        "transactions", _TRANSACTIONS, ("account", "date", "type", "symbol", "shares", "amount")
    ),
    Layout("schedule", _SCHEDULE, ("account", "symbol", "type", "next")),
    Layout("external_gains", _EXTERNAL_GAINS, ("year", "quarter", "term", "amount")),
    Layout(
        "law_changes",
        _same("from_year", "target", "points", "note"),
        ("from_year", "target", "points"),
    ),
    Layout("accounts", _ACCOUNTS, ("account", "name", "type")),
    Layout("outside", {**_SECURITY, **_same("holding", "value")}, ("holding", "value")),
    Layout("securities", _SECURITY, ("symbol", "name", "kind", "asset_class")),
    Layout("account_rules", _ACCOUNT_RULES, ("account", "role")),
    Layout(
        "replacements",
        _same("symbol", "replacement", "rank", "hurdle_bp", "buy_allowed", "note"),
        ("symbol", "replacement"),
    ),
    Layout("identical", _same("set", "symbol", "reason"), ("set", "symbol")),
    Layout("equivalents", _same("primary", "member", "hurdle_bp"), ("primary", "member")),
    Layout(
        "security_targets", _same("account", "symbol", "weight"), ("account", "symbol", "weight")
    ),
    Layout(
        "class_targets", _same("asset_class", "weight", "low", "high"), ("asset_class", "weight")
    ),
)
"""In the order they are tried: the one with the most telling columns first."""

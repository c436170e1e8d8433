"""Table objects for building statements; the schema itself is written in `migrations`."""

from sqlalchemy import Column, Integer, MetaData, Table, Text

from harvestdesk.domain.changes import Touched

ROW_NO = "row_no"
_METADATA = MetaData()


def _table(table_name: str, /, **columns: type[Integer] | type[Text]) -> Table:
    return Table(
        table_name,
        _METADATA,
        Column(ROW_NO, Integer, primary_key=True),
        *(Column(column, kind) for column, kind in columns.items()),
    )


household = _table(
    "household",
    id=Text,
    name=Text,
    simulated=Integer,
    fixed_as_of=Text,
    filing_status=Text,
    rate_short=Integer,
    rate_long=Integer,
    rate_ordinary=Integer,
    realised_short=Integer,
    realised_long=Integer,
    carryforward_short=Integer,
    carryforward_long=Integer,
    rate_source=Text,
    wages=Integer,
    investment_income=Integer,
    qualified_dividends=Integer,
    itemised=Integer,
    aged_or_blind=Integer,
    seniors=Integer,
    state=Text,
    state_rate=Integer,
    discount_rate=Integer,
)
wash_options = _table("wash_options", option=Text, choice=Text)
external_gains = _table(
    "external_gains",
    id=Text,
    on_date=Text,
    term=Text,
    amount=Integer,
    probability=Integer,
    kind=Text,
    realised=Integer,
    note=Text,
)
law_changes = _table(
    "law_changes", id=Text, from_year=Integer, target=Text, points=Integer, note=Text
)
people = _table("people", id=Text, name=Text, is_spouse=Integer)
accounts = _table(
    "accounts",
    id=Text,
    name=Text,
    type=Text,
    custodian=Text,
    number_tail=Text,
    relief=Text,
    reinvests=Integer,
    fractional=Integer,
)
account_owners = _table("account_owners", account_id=Text, position=Integer, person_id=Text)
securities = _table(
    "securities",
    id=Text,
    symbol=Text,
    name=Text,
    kind=Text,
    asset_class=Text,
    sector=Text,
    tracked_index=Text,
    role=Text,
    cusip=Text,
    underlying_id=Text,
)
imports = _table(
    "imports",
    id=Text,
    file_name=Text,
    sha256=Text,
    broker=Text,
    kind=Text,
    rows=Integer,
    imported_at=Text,
)
_LOT: dict[str, type[Integer] | type[Text]] = {
    "id": Text,
    "account_id": Text,
    "security_id": Text,
    "shares": Integer,
    "acquired_on": Text,
    "adjusted_acquired_on": Text,
    "cost_basis": Integer,
    "wash_added": Integer,
    "source": Text,
    "purchase": Text,
    "broker_ref": Text,
    "statement_on": Text,
    "from_decedent": Integer,
}
statement_lots = _table("statement_lots", **_LOT)
lots = _table("lots", **_LOT)
transactions = _table(
    "transactions",
    id=Text,
    on_date=Text,
    type=Text,
    account_id=Text,
    security_id=Text,
    shares=Integer,
    amount=Integer,
    fees=Integer,
    acquired_on=Text,
    lot_id=Text,
    purchase=Text,
    relief=Text,
    ratio=Integer,
    broker_ref=Text,
    note=Text,
    other_security_id=Text,
    basis_fraction=Integer,
    import_id=Text,
    superseded_by=Text,
)
transaction_picks = _table(
    "transaction_picks", transaction_id=Text, position=Integer, lot_id=Text, shares=Integer
)
scheduled = _table(
    "scheduled",
    id=Text,
    type=Text,
    account_id=Text,
    security_id=Text,
    next_on=Text,
    every_days=Integer,
    until_on=Text,
    shares=Integer,
    amount=Integer,
    confirmed=Integer,
    note=Text,
)
prices = _table("prices", security_id=Text, on_date=Text, source=Text, value=Integer)
cash_balances = _table("cash_balances", account_id=Text, on_date=Text, amount=Integer, source=Text)
identical_sets = _table("identical_sets", id=Text, name=Text, reason=Text)
identical_set_members = _table(
    "identical_set_members", set_id=Text, position=Integer, security_id=Text
)
equivalents = _table("equivalents", primary_id=Text, member_id=Text, hurdle_bp=Integer)
replacements = _table(
    "replacements",
    security_id=Text,
    replacement_id=Text,
    rank=Integer,
    hurdle_bp=Integer,
    buy_allowed=Integer,
    note=Text,
)
class_targets = _table("class_targets", asset_class=Text, weight=Integer, low=Integer, high=Integer)
security_targets = _table("security_targets", account_id=Text, security_id=Text, weight=Integer)
account_rules = _table(
    "account_rules",
    account_id=Text,
    role=Text,
    cash_min=Integer,
    cash_reserve=Integer,
    cash_max=Integer,
)
account_menus = _table("account_menus", account_id=Text, position=Integer, security_id=Text)
outside_holdings = _table("outside_holdings", id=Text, security_id=Text, value=Integer, note=Text)
volumes = _table("volumes", security_id=Text, on_date=Text, shares=Integer)
proposals = _table(
    "proposals",
    id=Text,
    kind=Text,
    as_of=Text,
    created_at=Text,
    fingerprint=Text,
    payload=Text,
    payload_sha256=Text,
    inputs=Text,
)
settings = _table("settings", key=Text, value=Text)

DATA_TABLES: dict[str, Table] = dict(_METADATA.tables)
"""Every table whose rows can be undone, by name."""

id_counters = Table(
    "id_counters", _METADATA, Column("prefix", Text, primary_key=True), Column("last", Integer)
)
undo_steps = Table(
    "undo_steps",
    _METADATA,
    Column("step", Integer, primary_key=True),
    Column("label", Text),
    Column("touched", Integer),
    Column("undone", Integer),
)
undo_entries = Table(
    "undo_entries",
    _METADATA,
    Column("entry", Integer, primary_key=True),
    Column("step", Integer),
    Column("action", Text),
    Column("table_name", Text),
    Column("first_row", Integer),
    Column("last_row", Integer),
    Column("old_values", Text),
)

TOUCHED: dict[str, Touched] = {
    "household": Touched.HOUSEHOLD,
    "wash_options": Touched.HOUSEHOLD,
    "people": Touched.HOUSEHOLD,
    "settings": Touched.HOUSEHOLD,
    "accounts": Touched.ACCOUNTS,
    "account_owners": Touched.ACCOUNTS,
    "cash_balances": Touched.ACCOUNTS,
    "securities": Touched.SECURITIES,
    "lots": Touched.LOTS,
    "statement_lots": Touched.LOTS,
    "transactions": Touched.TRANSACTIONS,
    "transaction_picks": Touched.TRANSACTIONS,
    "scheduled": Touched.TRANSACTIONS,
    "imports": Touched.TRANSACTIONS,
    "prices": Touched.PRICES,
    "identical_sets": Touched.RELATIONS,
    "identical_set_members": Touched.RELATIONS,
    "equivalents": Touched.RELATIONS,
    "replacements": Touched.RELATIONS,
    "class_targets": Touched.TARGETS,
    "security_targets": Touched.TARGETS,
    "external_gains": Touched.TAX_FACTS,
    "law_changes": Touched.TAX_FACTS,
    "account_rules": Touched.ACCOUNTS,
    "account_menus": Touched.ACCOUNTS,
    "outside_holdings": Touched.OUTSIDE,
    "volumes": Touched.PRICES,
    "proposals": Touched.PROPOSALS,
}
"""What a change of a table's rows means to the views."""


def data_columns(table: Table) -> tuple[str, ...]:
    """Return the names of a table's columns without `row_no`, in the order they are stored."""
    return tuple(column.name for column in table.columns if column.name != ROW_NO)

"""Domain values to rows and back, a column at a time so that 100,000 lots load in well under a second."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import Any, Generic, TypeVar, get_type_hints

from sqlalchemy import Table

from harvestdesk.domain.account import Account, AccountType, ReliefMethod
from harvestdesk.domain.account_rule import AccountRole, AccountRule
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.household import FilingStatus, Household, Person, RateSource, TaxProfile
from harvestdesk.domain.lot import LotSource, TaxLot
from harvestdesk.domain.money import (
    MONEY_DIGITS,
    PRICE_DIGITS,
    RATE_DIGITS,
    SHARES_DIGITS,
    to_scaled,
)
from harvestdesk.domain.outside import OutsideHolding
from harvestdesk.domain.relations import Equivalent, IdenticalSet, Replacement
from harvestdesk.domain.risk_settings import DEFAULT_RISK, RiskSettings
from harvestdesk.domain.security import AssetClass, Security, SecurityKind
from harvestdesk.domain.target import ClassTarget, SecurityTarget
from harvestdesk.domain.tax_year import (
    ExternalGain,
    ExternalKind,
    ExternalTerm,
    LawChange,
    LawTarget,
)
from harvestdesk.domain.transaction import (
    LotPick,
    ScheduledPurchase,
    Transaction,
    TransactionType,
)
from harvestdesk.domain.wash_policy import DEFAULT_POLICY, WashPolicy
from harvestdesk.store import codecs, tables
from harvestdesk.store.records import ImportRecord

T = TypeVar("T")
SqlValue = str | int | None
SqlRow = tuple[SqlValue, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """How one column is written and read; None: as it is."""

    dump: Callable[[Any], SqlValue] | None = None
    load: Callable[[Any], Any] | None = None


def _optional(kind: Kind) -> Kind:
    dump, load = kind.dump, kind.load
    assert dump is not None  # noqa: S101 - optional text is TEXT itself
    assert load is not None  # noqa: S101
    return Kind(
        lambda value: None if value is None else dump(value),
        lambda value: None if value is None else load(value),
    )


def _scaled(digits: int) -> Kind:
    exponent = Decimal(-digits)

    def dump(value: Decimal) -> int:
        return to_scaled(value, digits) if value else 0

    def load(value: int) -> Decimal:
        return Decimal(value).scaleb(exponent)

    return Kind(dump, load)


def _enum(cls: type[StrEnum]) -> Kind:
    members = {member.value: member for member in cls}
    return Kind(attrgetter("value"), members.__getitem__)


TEXT = Kind()
WHOLE = Kind()
FLAG = Kind(int, bool)
DATE = Kind(date.isoformat, date.fromisoformat)
OPTIONAL_DATE = _optional(DATE)
MONEY = _scaled(MONEY_DIGITS)
OPTIONAL_MONEY = _optional(MONEY)
SHARES = _scaled(SHARES_DIGITS)
PRICE = _scaled(PRICE_DIGITS)
RATE = _scaled(RATE_DIGITS)
OPTIONAL_RATE = _optional(RATE)


@dataclass(frozen=True, slots=True)
class Mapped:
    """One attribute of a dataclass and the column that holds it."""

    attribute: str
    kind: Kind = TEXT
    column: str = ""

    @property
    def column_name(self) -> str:
        """Name of the column; the attribute's own name unless it would be an SQL keyword."""
        return self.column or self.attribute


class RowCodec(Generic[T]):
    """Writes values of one dataclass as rows of one table and reads them back.

    Attributes:
        table: the table the rows are in.
        columns: column names in row order; `extra` columns come from the caller.
    """

    def __init__(
        self, table: Table, cls: type[T], mapped: Sequence[Mapped], extra: Sequence[str] = ()
    ) -> None:
        self.table = table
        self.columns = (*(m.column_name for m in mapped), *extra)
        self._cls = cls
        self._mapped = tuple(mapped)
        self._extra = tuple(extra)
        self._order = tuple(f.name for f in fields(cls))  # type: ignore[arg-type]
        self._get = attrgetter(*(m.attribute for m in mapped))

    def dump(
        self, values: Iterable[T], extra: Mapping[str, SqlValue] | None = None
    ) -> list[SqlRow]:
        """Return one row per value, in `columns` order.

        Raises:
            PrecisionLostError: a number does not fit its stored form exactly.
        """
        picked = [self._get(value) for value in values]
        if not picked:
            return []
        columns: list[Iterable[SqlValue]] = [
            column if m.kind.dump is None else map(m.kind.dump, column)
            for m, column in zip(self._mapped, zip(*picked, strict=True), strict=True)
        ]
        given = extra or {}
        columns.extend([given.get(name)] * len(picked) for name in self._extra)
        return list(zip(*columns, strict=True))

    def load(self, rows: Sequence[Any], **nested: Iterable[Any]) -> tuple[T, ...]:
        """Return the values of rows in `columns` order (without extras); `nested` by attribute."""
        if not rows:
            return ()
        columns: dict[str, Iterable[Any]] = dict(nested)
        for m, column in zip(self._mapped, zip(*rows, strict=True), strict=True):
            columns[m.attribute] = column if m.kind.load is None else map(m.kind.load, column)
        return tuple(map(self._cls, *(columns[name] for name in self._order)))

    @property
    def mapped_columns(self) -> tuple[str, ...]:
        """Column names `load` expects."""
        return tuple(m.column_name for m in self._mapped)


_LOT = (
    Mapped("id"),
    Mapped("account_id"),
    Mapped("security_id"),
    Mapped("shares", SHARES),
    Mapped("acquired_on", OPTIONAL_DATE),
    Mapped("adjusted_acquired_on", OPTIONAL_DATE),
    Mapped("cost_basis", OPTIONAL_MONEY),
    Mapped("wash_added", MONEY),
    Mapped("source", _enum(LotSource)),
    Mapped("purchase"),
    Mapped("broker_ref"),
    Mapped("statement_on", OPTIONAL_DATE),
    Mapped("from_decedent", FLAG),
)
LOTS = RowCodec(tables.lots, TaxLot, _LOT)
STATEMENT_LOTS = RowCodec(tables.statement_lots, TaxLot, _LOT)
PEOPLE = RowCodec(tables.people, Person, (Mapped("id"), Mapped("name"), Mapped("is_spouse", FLAG)))
ACCOUNTS = RowCodec(
    tables.accounts,
    Account,
    (
        Mapped("id"),
        Mapped("name"),
        Mapped("type", _enum(AccountType)),
        Mapped("custodian"),
        Mapped("number_tail"),
        Mapped("relief", _enum(ReliefMethod)),
        Mapped("reinvests", FLAG),
        Mapped("fractional", FLAG),
    ),
)
SECURITIES = RowCodec(
    tables.securities,
    Security,
    (
        Mapped("id"),
        Mapped("symbol"),
        Mapped("name"),
        Mapped("kind", _enum(SecurityKind)),
        Mapped("asset_class", _enum(AssetClass)),
        Mapped("sector"),
        Mapped("tracked_index"),
        Mapped("role"),
        Mapped("cusip"),
        Mapped("underlying_id"),
    ),
)
TRANSACTIONS = RowCodec(
    tables.transactions,
    Transaction,
    (
        Mapped("id"),
        Mapped("on", DATE, "on_date"),
        Mapped("type", _enum(TransactionType)),
        Mapped("account_id"),
        Mapped("security_id"),
        Mapped("shares", SHARES),
        Mapped("amount", MONEY),
        Mapped("fees", MONEY),
        Mapped("acquired_on", OPTIONAL_DATE),
        Mapped("lot_id"),
        Mapped("purchase"),
        Mapped("relief", _optional(_enum(ReliefMethod))),
        Mapped("ratio", OPTIONAL_RATE),
        Mapped("broker_ref"),
        Mapped("note"),
        Mapped("other_security_id"),
        Mapped("basis_fraction", OPTIONAL_RATE),
    ),
    extra=("import_id",),
)
SCHEDULED = RowCodec(
    tables.scheduled,
    ScheduledPurchase,
    (
        Mapped("id"),
        Mapped("type", _enum(TransactionType)),
        Mapped("account_id"),
        Mapped("security_id"),
        Mapped("next_on", DATE),
        Mapped("every_days", WHOLE),
        Mapped("until", OPTIONAL_DATE, "until_on"),
        Mapped("shares", SHARES),
        Mapped("amount", MONEY),
        Mapped("confirmed", FLAG),
        Mapped("note"),
    ),
)
IDENTICAL_SETS = RowCodec(
    tables.identical_sets, IdenticalSet, (Mapped("id"), Mapped("name"), Mapped("reason"))
)
EQUIVALENTS = RowCodec(
    tables.equivalents,
    Equivalent,
    (Mapped("primary_id"), Mapped("member_id"), Mapped("hurdle_bp", RATE)),
)
REPLACEMENTS = RowCodec(
    tables.replacements,
    Replacement,
    (
        Mapped("security_id"),
        Mapped("replacement_id"),
        Mapped("rank", WHOLE),
        Mapped("hurdle_bp", RATE),
        Mapped("buy_allowed", FLAG),
        Mapped("note"),
    ),
)
CLASS_TARGETS = RowCodec(
    tables.class_targets,
    ClassTarget,
    (
        Mapped("asset_class", _enum(AssetClass)),
        Mapped("weight", RATE),
        Mapped("low", RATE),
        Mapped("high", RATE),
    ),
)
SECURITY_TARGETS = RowCodec(
    tables.security_targets,
    SecurityTarget,
    (Mapped("account_id"), Mapped("security_id"), Mapped("weight", RATE)),
)
ACCOUNT_RULES = RowCodec(
    tables.account_rules,
    AccountRule,
    (
        Mapped("account_id"),
        Mapped("role", _enum(AccountRole)),
        Mapped("cash_min", MONEY),
        Mapped("cash_reserve", MONEY),
        Mapped("cash_max", OPTIONAL_MONEY),
    ),
)
OUTSIDE_HOLDINGS = RowCodec(
    tables.outside_holdings,
    OutsideHolding,
    (Mapped("id"), Mapped("security_id"), Mapped("value", MONEY), Mapped("note")),
)
IMPORTS = RowCodec(
    tables.imports,
    ImportRecord,
    (
        Mapped("id"),
        Mapped("file_name"),
        Mapped("sha256"),
        Mapped("broker"),
        Mapped("kind"),
        Mapped("rows", WHOLE),
        Mapped("imported_at"),
    ),
)


HOUSEHOLD = RowCodec(
    tables.household,
    Household,
    (Mapped("id"), Mapped("name"), Mapped("simulated", FLAG), Mapped("fixed_as_of")),
)
TAX_PROFILE = RowCodec(
    tables.household,
    TaxProfile,
    (
        Mapped("filing_status", _enum(FilingStatus)),
        Mapped("rate_short", RATE),
        Mapped("rate_long", RATE),
        Mapped("rate_ordinary", RATE),
        Mapped("realised_short", MONEY),
        Mapped("realised_long", MONEY),
        Mapped("carryforward_short", MONEY),
        Mapped("carryforward_long", MONEY),
        Mapped("rate_source", _enum(RateSource)),
        Mapped("wages", MONEY),
        Mapped("investment_income", MONEY),
        Mapped("qualified_dividends", MONEY),
        Mapped("itemised", OPTIONAL_MONEY),
        Mapped("aged_or_blind", WHOLE),
        Mapped("seniors", WHOLE),
        Mapped("state"),
        Mapped("state_rate", OPTIONAL_RATE),
        Mapped("discount_rate", RATE),
    ),
)
EXTERNAL_GAINS = RowCodec(
    tables.external_gains,
    ExternalGain,
    (
        Mapped("id"),
        Mapped("on", DATE, "on_date"),
        Mapped("term", _enum(ExternalTerm)),
        Mapped("amount", MONEY),
        Mapped("probability", RATE),
        Mapped("kind", _enum(ExternalKind)),
        Mapped("realised", FLAG),
        Mapped("note"),
    ),
)
LAW_CHANGES = RowCodec(
    tables.law_changes,
    LawChange,
    (
        Mapped("id"),
        Mapped("from_year", WHOLE),
        Mapped("target", _enum(LawTarget)),
        Mapped("points", RATE),
        Mapped("note"),
    ),
)
PICKS = RowCodec(tables.transaction_picks, LotPick, (Mapped("lot_id"), Mapped("shares", SHARES)))


RISK_KEY = "risk"
"""Key of `settings` that holds how risk is estimated."""


def dump_risk(settings: RiskSettings) -> list[SqlRow]:
    """Return the row of what the household chose otherwise than the program; none if nothing."""
    chosen = {
        f.name: value
        for f in fields(RiskSettings)
        if (value := getattr(settings, f.name)) != getattr(DEFAULT_RISK, f.name)
    }
    return [(RISK_KEY, json.dumps(chosen, sort_keys=True))] if chosen else []


def load_risk(text: str) -> RiskSettings:
    """Return the settings of a household's choices.

    Raises:
        BadInputError: the text is not what `dump_risk` wrote.
    """
    try:
        return codecs.loads(RiskSettings, text)
    except codecs.CodecError as error:
        raise BadInputError(
            f"How this household has its risk estimated can't be read ({error}). "
            "Open a backup, or choose it again.",
            code="file.risk",
        ) from error


WASH_COLUMNS = ("option", "choice")


def dump_policy(policy: WashPolicy) -> list[SqlRow]:
    """Return a row for each judgement call that is not the default.

    What the household never decided follows the program's default, so only its decisions are kept.
    """
    chosen = ((f.name, getattr(policy, f.name)) for f in fields(WashPolicy))
    return [
        (name, choice.value)
        for name, choice in chosen
        if choice is not getattr(DEFAULT_POLICY, name)
    ]


def load_policy(found: Iterable[tuple[str, str]]) -> WashPolicy:
    """Return the policy of a household's decisions."""
    kinds = get_type_hints(WashPolicy)
    return WashPolicy(**{option: kinds[option](choice) for option, choice in found})

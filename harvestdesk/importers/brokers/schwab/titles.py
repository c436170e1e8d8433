"""Schwab's title rows and file names: which account, as of which day."""

import re
from dataclasses import dataclass
from datetime import date

from harvestdesk.importers.accounts import AccountNames
from harvestdesk.importers.batch import ParsedAccount
from harvestdesk.importers.tolerant import Source
from harvestdesk.importers.values import CellError, parse_date

BROKER = "schwab"
_TITLE = re.compile(
    r"(?:(?P<symbol>\S+)\s+Lot Details|Positions|Transactions)\s+for\s+(?P<account>.*?)\s+as of\s+(?P<when>.*)",
    re.I,
)
_DAY = re.compile(r"\d{1,4}[/-]\d{1,2}[/-]\d{2,4}", re.ASCII)
_IN_NAME = re.compile(r"(?:(?P<name>.*?)[_ -]+)?[Xx]{2,}-?(?P<tail>\d{3,4})(?!\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Title:
    """A title row: whose file, of which day; `account` is empty for groups of accounts."""

    account: str
    as_of: date | None
    symbol: str = ""


def title_of(text: str) -> Title | None:
    """Return what a title row says, or None if the text is none."""
    match = _TITLE.match(" ".join(text.split()))
    if match is None:
        return None
    account = re.sub(r"^(?:\w+\s+)?account\s+", "", match["account"], flags=re.I)
    if account.lower().replace(" ", "-") in {"all-accounts", "account"}:
        account = ""
    day = _DAY.search(match["when"])
    return Title(account, _day(day.group()) if day else None, (match["symbol"] or "").upper())


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except CellError:
        return None


def account_in_file_name(source: Source, names: AccountNames) -> ParsedAccount:
    """Return the account of `Individual_XXX724_Transactions_….csv`; key empty if the name says nothing."""
    match = _IN_NAME.match(source.name)
    if match is None:
        return ParsedAccount(key="", custodian=BROKER)
    name = (match["name"] or "").replace("_", " ").strip(" -")
    return names.account(match["tail"], name)

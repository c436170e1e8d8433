"""What the person has decided so far, and how the decisions reach the preview."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.ids import AccountId
from harvestdesk.importers.batch import ParsedAccount
from harvestdesk.services.import_statements import (
    FilePreview,
    ImportPreview,
    choose,
    edit_account,
    preview,
)

if TYPE_CHECKING:
    from harvestdesk.services.context import AppContext

_NO_ACCOUNT = Account(AccountId("new:none"), "")


Columns = Mapping[str, Sequence[Any]]
"""Rows of the files by column key."""


@dataclass
class Draft:
    """The state of an import under way; pages share it, so going back loses nothing.

    Attributes:
        columns: the rows of `preview` as the page of new rows shows them.
    """

    paths: list[Path] = field(default_factory=list)
    preview: ImportPreview | None = None
    columns: Columns = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the person said about one account of one file.

    Attributes:
        account_id: an account of the household, or None for a new one of this name and type.
    """

    file: int
    key: str
    account_id: AccountId | None
    name: str = ""
    type: AccountType = AccountType.TAXABLE


def read_files(app: "AppContext", paths: Sequence[Path]) -> ImportPreview:
    """Read the files and compare them with the household; nothing is written."""
    return preview(app, paths)


def apply_decisions(
    app: "AppContext", shown: ImportPreview | None, decisions: Sequence[Decision]
) -> ImportPreview:
    """Return the preview after the person's decisions on accounts."""
    if shown is None:
        raise ValueError("no files have been read")
    proposed = {a.id: a for a in shown.new_accounts}
    for decision in decisions:
        mapping = next(m for m in shown.files[decision.file].mappings if m.key == decision.key)
        if decision.account_id is not None:
            if mapping.account_id != decision.account_id:
                shown = choose(app, shown, decision.file, decision.key, decision.account_id)
        elif mapping.account_id is None:
            shown = _with_new_account(app, shown, decision)
        else:
            shown = _edited(app, shown, proposed.get(mapping.account_id), decision)
    return shown


def _edited(
    app: "AppContext", shown: ImportPreview, proposed: Account | None, decision: Decision
) -> ImportPreview:
    """Correct a proposed account; one of several files that leaves it alone undoes nothing."""
    said = (decision.name, decision.type)
    if proposed is None or (proposed.name, proposed.type) == said:
        return shown
    return edit_account(app, shown, replace(proposed, name=decision.name, type=decision.type))


def _with_new_account(app: "AppContext", shown: ImportPreview, decision: Decision) -> ImportPreview:
    """Name an account the file leaves nameless; the preview then proposes it as a new one."""
    file = shown.files[decision.file]
    files = list(shown.files)
    files[decision.file] = replace(file, batch=replace(file.batch, accounts=_named(file, decision)))
    # Any edit compares the files anew; this one touches no account.
    return edit_account(app, replace(shown, files=tuple(files)), _NO_ACCOUNT)


def _named(file: FilePreview, decision: Decision) -> tuple[ParsedAccount, ...]:
    mapping = next(m for m in file.mappings if m.key == decision.key)
    named = replace(mapping.parsed, name=decision.name, type_hint=decision.type)
    others = tuple(a for a in file.batch.accounts if a.key != decision.key)
    return (*others, named)

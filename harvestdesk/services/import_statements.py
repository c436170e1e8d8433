"""Take in brokers' files: look first (nothing is written), then confirm as one undo step."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count as counter
from pathlib import Path

from harvestdesk.domain.account import Account
from harvestdesk.domain.changes import Changes, Touched
from harvestdesk.domain.errors import BadInputError, Problem
from harvestdesk.domain.ids import AccountId, ImportId
from harvestdesk.domain.security import Security
from harvestdesk.importers.batch import ImportBatch
from harvestdesk.importers.registry import read_file
from harvestdesk.services.context import AppContext
from harvestdesk.services.importing.apply import Outcome, outcome_of, stored_of, write_outcome
from harvestdesk.services.importing.mapping import (
    AccountMapping,
    Answers,
    map_accounts,
)
from harvestdesk.store.records import ImportRecord


@dataclass(frozen=True, slots=True)
class FilePreview:
    """What one file holds and what taking it in would do.

    Attributes:
        rows: data rows in the file.
        new_rows, duplicates: rows that would change something, and rows known already.
        problems: findings of the reader and of the comparison, with line numbers.
        mappings: the file's accounts and where their rows go.
        read_before: this very file was taken in before.
    """

    path: Path
    broker: str
    kind: str
    rows: int
    new_rows: int
    duplicates: int
    problems: tuple[Problem, ...]
    mappings: tuple[AccountMapping, ...]
    batch: ImportBatch
    read_before: bool


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """Everything an import would do; nothing is written yet.

    Attributes:
        new_accounts: accounts it would make, with provisional ids.
        new_securities: securities it would add.
        answers: decisions of the person on accounts, by file index and account key.
        edits: new accounts as the person corrected them, by provisional id.
    """

    files: tuple[FilePreview, ...]
    new_accounts: tuple[Account, ...]
    new_securities: tuple[Security, ...]
    answers: Answers
    edits: Mapping[AccountId, Account]

    @property
    def open_questions(self) -> tuple[AccountMapping, ...]:
        """Accounts of files that must be chosen before confirming."""
        return tuple(m for f in self.files for m in f.mappings if m.account_id is None)

    @property
    def ready(self) -> bool:
        """True when it can be confirmed."""
        return not self.open_questions

    @property
    def new_rows(self) -> int:
        """Rows of all files that would change something."""
        return sum(f.new_rows for f in self.files)


def preview(
    ctx: AppContext, paths: Iterable[Path], account_id: AccountId | None = None
) -> ImportPreview:
    """Read files and compare them with the household; nothing is written.

    Args:
        ctx: the open household.
        paths: the files, in the order they are to be taken in.
        account_id: account of every file that holds one account.

    Raises:
        BadInputError: for an unreadable or unknown file, or an account that doesn't exist.
    """
    files = [Path(p) for p in paths]
    if not files:
        raise BadInputError("No file was given to import.", code="import.none")
    batches = [read_file(path) for path in files]
    answers: dict[tuple[int, str], AccountId] = {}
    if account_id is not None:
        answers = _all_to(ctx, batches, files, account_id)
    return _preview(ctx, files, batches, answers, {})


def choose(
    ctx: AppContext, shown: ImportPreview, file: int, key: str, account_id: AccountId
) -> ImportPreview:
    """Return the preview after the person said which account `key` of file number `file` is."""
    answers = {**shown.answers, (file, key): account_id}
    return _again(ctx, shown, answers, shown.edits)


def edit_account(ctx: AppContext, shown: ImportPreview, account: Account) -> ImportPreview:
    """Return the preview with a new account corrected (its name, type, owners); the id stays."""
    return _again(ctx, shown, shown.answers, {**shown.edits, account.id: account})


def confirm(ctx: AppContext, shown: ImportPreview) -> Changes:
    """Take the files in: one undo step, compared once more with what is stored now.

    Files that bring nothing new write nothing.

    Raises:
        BadInputError: while an account has to be chosen; nothing was written.
    """
    if not shown.ready:
        question = shown.open_questions[0]
        path = shown.files[question.file].path
        raise BadInputError(
            f"{path.name} does not say which account it is of. Expected --account with one of: "
            f"{_account_list(ctx)}.",
            code="import.account",
        )
    label = f"Import {shown.files[0].path.name}"
    if len(shown.files) > 1:
        label += f" and {len(shown.files) - 1} more"
    if not (shown.new_rows or shown.new_accounts or shown.new_securities):
        return Changes(label, Touched.NOTHING, 0)
    stored = stored_of(ctx, [f.batch for f in shown.files])
    with ctx.book.write(label) as w:
        accounts = {a.id: replace(a, id=AccountId(w.new_id("account"))) for a in shown.new_accounts}
        outcome = outcome_of(
            ctx, stored, _routed(shown, accounts), tuple(accounts.values()), w.new_id
        )
        write_outcome(w, outcome, [_record(f, w.new_id("import"), ctx) for f in shown.files])
    return w.changes


def _record(shown: FilePreview, record_id: str, ctx: AppContext) -> ImportRecord:
    source = shown.batch.source
    return ImportRecord(
        ImportId(record_id),
        source.name,
        source.sha256,
        shown.broker,
        shown.kind,
        shown.rows,
        ctx.clock.now(),
    )


Routed = tuple[ImportBatch, Callable[[str], AccountId]]


def _routed(shown: ImportPreview, made: Mapping[AccountId, Account]) -> Sequence[Routed]:
    """Return each batch with the way from its account keys to household accounts."""
    routed: list[Routed] = []
    for f in shown.files:
        routes = {
            m.key: made[m.account_id].id if m.account_id in made else m.account_id
            for m in f.mappings
            if m.account_id is not None
        }
        routed.append((f.batch, routes.__getitem__))
    return routed


def _again(
    ctx: AppContext,
    shown: ImportPreview,
    answers: Answers,
    edits: Mapping[AccountId, Account],
) -> ImportPreview:
    files = [f.path for f in shown.files]
    return _preview(ctx, files, [f.batch for f in shown.files], answers, edits)


def _preview(
    ctx: AppContext,
    files: Sequence[Path],
    batches: Sequence[ImportBatch],
    answers: Answers,
    edits: Mapping[AccountId, Account],
) -> ImportPreview:
    mappings, made = map_accounts(batches, ctx.book.accounts(), ctx.book.people(), answers)
    made = tuple(edits.get(a.id, a) for a in made)
    outcome = _dry(ctx, batches, mappings, made)
    seen = {record.sha256 for record in ctx.book.imports()}
    shown = tuple(
        FilePreview(
            path=path,
            broker=batch.broker,
            kind=batch.kind,
            rows=batch.rows,
            new_rows=count.imported,
            duplicates=count.duplicates,
            problems=(*outcome.problems[n], *count.problems),
            mappings=tuple(m for m in mappings if m.file == n),
            batch=batch,
            read_before=batch.source.sha256 in seen,
        )
        for n, (path, batch, count) in enumerate(zip(files, batches, outcome.counts, strict=True))
    )
    return ImportPreview(shown, made, tuple(outcome.securities_added), answers, edits)


def _dry(
    ctx: AppContext,
    batches: Sequence[ImportBatch],
    mappings: Sequence[AccountMapping],
    made: Sequence[Account],
) -> Outcome:
    """Work the import out with provisional ids; rows of unknown accounts go to one of their own."""
    numbers = counter(1)
    routed: list[Routed] = []
    for n, batch in enumerate(batches):
        routes = {
            m.key: m.account_id or AccountId(f"ask:{n}:{m.key}") for m in mappings if m.file == n
        }
        routed.append((batch, routes.__getitem__))
    unknown = [
        Account(AccountId(f"ask:{m.file}:{m.key}"), m.label)
        for m in mappings
        if m.account_id is None
    ]
    stored = stored_of(ctx, batches)
    return outcome_of(
        ctx, stored, routed, (*made, *unknown), lambda kind: f"new-{kind}:{next(numbers)}"
    )


def _all_to(
    ctx: AppContext, batches: Sequence[ImportBatch], files: Sequence[Path], account_id: AccountId
) -> dict[tuple[int, str], AccountId]:
    """Send every file's one account to `account_id`."""
    if account_id not in {a.id for a in ctx.book.accounts()}:
        raise BadInputError(
            f"There is no account {account_id}. Expected one of: {_account_list(ctx)}.",
            code="import.account",
        )
    answers: dict[tuple[int, str], AccountId] = {}
    mappings, _ = map_accounts(batches, (), (), {})
    for n, path in enumerate(files):
        keys = [m.key for m in mappings if m.file == n]
        if len(keys) > 1:
            raise BadInputError(
                f"{path.name} holds {len(keys)} accounts; --account goes with files of one. "
                "Import it without --account.",
                code="import.accounts",
            )
        answers.update({(n, key): account_id for key in keys})
    return answers


def _account_list(ctx: AppContext) -> str:
    known = ", ".join(f"{a.id} ({a.name})" for a in ctx.book.accounts())
    return known or "no account yet; import a file that names its account first"

"""Take in brokers' files: look first (nothing is written), then confirm as one undo step."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
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
from harvestdesk.services.importing.pause import no_collections
from harvestdesk.store.records import BookState, ImportRecord


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
class Draft:
    """An import worked out for a state of the book, with the very ids its write will give.

    Attributes:
        ids: number given last, by kind of id.
    """

    state: BookState
    as_of: date
    outcome: Outcome
    ids: Mapping[str, int]

    def is_current(self, ctx: AppContext) -> bool:
        """Return whether nothing was written since, and it still is the same day."""
        return (self.state, self.as_of) == (ctx.book.state(), ctx.as_of())


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """Everything an import would do; nothing is written yet.

    Attributes:
        new_accounts: accounts it would make, with provisional ids.
        new_securities: securities it would add.
        answers: decisions of the person on accounts, by file index and account key.
        edits: new accounts as the person corrected them, by provisional id.
        draft: the household after the import, worked out in full; taken as it is by `confirm` if
            nothing was written meanwhile.
    """

    files: tuple[FilePreview, ...]
    new_accounts: tuple[Account, ...]
    new_securities: tuple[Security, ...]
    answers: Answers
    edits: Mapping[AccountId, Account]
    draft: "Draft"

    @property
    def open_questions(self) -> tuple[AccountMapping, ...]:
        """Accounts of files that must be chosen before confirming."""
        return tuple(m for f in self.files for m in f.mappings if m.account_id is None)

    @property
    def ready(self) -> bool:
        """True when it can be confirmed."""
        return not self.open_questions

    @property
    def brings_something(self) -> bool:
        """True when it would change the household."""
        return bool(self.new_rows or self.new_accounts or self.new_securities)

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
    with no_collections():
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
    """Take the files in: one undo step; compared once more if the book was written since the preview.

    Files that bring nothing new write nothing.

    Raises:
        BadInputError: while an account has to be chosen; nothing was written.
    """
    _require_ready(ctx, shown)
    label = f"Import {shown.files[0].path.name}"
    if len(shown.files) > 1:
        label += f" and {len(shown.files) - 1} more"
    if shown.draft.is_current(ctx) and not shown.brings_something:
        return Changes(label, Touched.NOTHING, 0)
    with no_collections(), ctx.book.write(label) as w:
        if not shown.draft.is_current(ctx):
            shown = _renewed(ctx, shown)
        if shown.brings_something:
            w.take_ids(shown.draft.ids)
            records = [_record(f, w.new_id("import"), ctx) for f in shown.files]
            write_outcome(w, shown.draft.outcome, records)
    return w.changes


def _require_ready(ctx: AppContext, shown: ImportPreview) -> None:
    if not shown.ready:
        question = shown.open_questions[0]
        path = shown.files[question.file].path
        raise BadInputError(
            f"{path.name} does not say which account it is of. Expected --account with one of: "
            f"{_account_list(ctx)}.",
            code="import.account",
        )


def _renewed(ctx: AppContext, shown: ImportPreview) -> ImportPreview:
    """Return the preview for the book as it is now, with the same decisions.

    Raises:
        BadInputError: a decision is about an account that is no longer there.
    """
    renewed = _again(ctx, shown, shown.answers, shown.edits)
    there = {a.id for a in (*ctx.book.accounts(), *renewed.new_accounts)}
    if any(m.account_id not in there for f in renewed.files for m in f.mappings):
        raise BadInputError(
            "The household changed since these files were looked at: an account is no longer there. "
            "Nothing was written; import the files again.",
            code="import.outdated",
        )
    return renewed


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


def _again(
    ctx: AppContext,
    shown: ImportPreview,
    answers: Answers,
    edits: Mapping[AccountId, Account],
) -> ImportPreview:
    files = [f.path for f in shown.files]
    with no_collections():
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
    draft = _draft(ctx, batches, mappings, made)
    outcome = draft.outcome
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
    return ImportPreview(shown, made, outcome.securities_added, answers, edits, draft)


def _draft(
    ctx: AppContext,
    batches: Sequence[ImportBatch],
    mappings: Sequence[AccountMapping],
    made: Sequence[Account],
) -> Draft:
    """Work the import out; rows of unknown accounts go to one of their own each."""
    # Before anything is read: what is written meanwhile makes the draft outdated, never wrong.
    state, as_of = ctx.book.state(), ctx.as_of()
    ids = ctx.book.id_counters()
    accounts = {a.id: replace(a, id=AccountId(ids.new_id("account"))) for a in made}
    routes: list[dict[str, AccountId]] = [{} for _ in batches]
    unknown: list[Account] = []
    for m in mappings:
        account_id = m.account_id
        if account_id is None:
            account_id = AccountId(f"ask:{m.file}:{m.key}")
            unknown.append(Account(account_id, m.label))
        found = accounts.get(account_id)
        routes[m.file][m.key] = found.id if found else account_id
    outcome = outcome_of(
        ctx,
        stored_of(ctx, batches),
        [(batch, route.__getitem__) for batch, route in zip(batches, routes, strict=True)],
        (*accounts.values(), *unknown),
        ids.new_id,
    )
    return Draft(state, as_of, outcome, ids.last)


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

"""Confirm writes what the preview worked out, unless the book was written meanwhile; lots are refreshed only
where rows came in."""

import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.household import Household
from harvestdesk.domain.ids import HouseholdId
from harvestdesk.services import import_statements
from harvestdesk.services.clock import FixedClock
from harvestdesk.services.context import AppContext
from harvestdesk.services.import_statements import confirm, preview
from harvestdesk.services.importing.rebuilding import rebuilt_lots
from harvestdesk.store.database import HouseholdBook

HEAD = "account,account_type,date,type,symbol,shares,amount\n"
FIRST = HEAD + "J,taxable,2025-01-03,buy,AAA,10,1000\nJ,taxable,2025-02-03,buy,BBB,10,1000\n"
SECOND = HEAD + "J,taxable,2025-03-03,sell,AAA,4,100\nI,ira,2025-03-04,buy,AAA,5,300\n"
DAY = date(2025, 12, 5)


@pytest.fixture
def ctx(tmp_path: Path):
    with HouseholdBook.create(tmp_path / "h.harvest", Household(HouseholdId("h"), "H")) as book:
        yield AppContext(book, FixedClock(DAY))


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / f"f{abs(hash(text))}.csv"
        path.write_text(text)
        return path

    return write


def take_in(ctx: AppContext, path: Path) -> None:
    confirm(ctx, preview(ctx, [path]))


def content(book: HouseholdBook) -> tuple[object, ...]:
    return (
        book.accounts(), book.securities(), book.transactions(), book.lots(), book.statement_lots(),
    )  # fmt: skip


def anew(book: HouseholdBook):
    """The lots worked out from nothing."""
    rebuilt = rebuilt_lots(
        book.accounts(), book.transactions(), book.statement_lots(), book.identical_sets(),
        book.securities(),
    )  # fmt: skip
    return tuple(sorted(rebuilt.lots, key=lambda lot: lot.id))


@pytest.fixture
def drafts(monkeypatch) -> list[int]:
    """Counts how often an import is worked out."""
    counted: list[int] = []
    work = import_statements.outcome_of

    def counting(*args):
        counted.append(1)
        return work(*args)

    monkeypatch.setattr(import_statements, "outcome_of", counting)
    return counted


def test_confirm_takes_the_preview_as_it_is(ctx, file, drafts):
    shown = preview(ctx, [file(FIRST)])
    confirm(ctx, shown)
    assert len(drafts) == 1
    assert [a.id for a in ctx.book.accounts()] == ["account-000001"]
    assert [t.id for t in ctx.book.transactions()] == ["txn-000001", "txn-000002"]
    with ctx.book.write("More") as w:
        assert w.new_id("txn") == "txn-000003"


def test_a_write_between_preview_and_confirm_is_seen(ctx, file, drafts):
    """Two windows of the wizard on the same file: the rows are counted once."""
    one, other = preview(ctx, [file(FIRST)]), preview(ctx, [file(FIRST)])
    confirm(ctx, one)
    before = content(ctx.book)
    confirm(ctx, other)
    assert len(drafts) == 3
    assert content(ctx.book) == before
    assert ctx.book.undo_label()


def test_a_write_of_another_program_is_seen(ctx, file, drafts):
    shown = preview(ctx, [file(FIRST)])
    with HouseholdBook.open(ctx.book.path) as other:
        take_in(AppContext(other, ctx.clock), file(SECOND))
    assert len(drafts) == 2
    confirm(ctx, shown)
    assert len(drafts) == 3
    assert len(ctx.book.transactions()) == 4
    assert ctx.book.lots() == anew(ctx.book)


def test_an_undo_between_preview_and_confirm_is_seen(ctx, file):
    take_in(ctx, file(FIRST))
    shown = preview(ctx, [file(SECOND)])
    ctx.book.undo()
    confirm(ctx, shown)
    assert [a.name for a in ctx.book.accounts()] == ["J", "I"]
    assert len(ctx.book.transactions()) == 2
    assert ctx.book.lots() == anew(ctx.book)


def test_a_decision_on_an_account_that_is_gone_is_refused(ctx, file):
    take_in(ctx, file(FIRST))
    (account,) = ctx.book.accounts()
    shown = preview(ctx, [file(SECOND.replace("I,ira", "J,taxable"))], account.id)
    ctx.book.undo()
    before = content(ctx.book)
    with pytest.raises(BadInputError, match="no longer there"):
        confirm(ctx, shown)
    assert content(ctx.book) == before


def test_the_mark_of_a_book_is_its_own(tmp_path, ctx):
    mark = ctx.book.state()
    assert mark == ctx.book.state()
    with HouseholdBook.open(ctx.book.path) as other:
        assert other.state() != mark
    connection = sqlite3.connect(ctx.book.path)
    connection.execute("UPDATE household SET name = 'X'")
    connection.commit()
    connection.close()
    assert ctx.book.state() != mark


def test_lots_of_other_sets_are_left_alone(ctx, file):
    take_in(ctx, file(FIRST))
    before = {lot.id: lot for lot in ctx.book.lots()}
    after = preview(ctx, [file(SECOND)]).draft.outcome.lots
    bbb = next(s.id for s in ctx.book.securities() if s.symbol == "BBB")
    (kept,) = [lot for lot in after if lot.security_id == bbb]
    assert kept == before[kept.id]
    assert sum(lot.shares for lot in after if lot.security_id != bbb) == 11


ROW = st.tuples(
    st.sampled_from(["J,taxable", "I,ira"]),
    st.integers(1, 28),
    st.sampled_from(["buy", "sell", "drip"]),
    st.sampled_from(["AAA", "BBB", "VTI", "ITOT"]),
    st.integers(1, 30),
    st.integers(1, 9000),
)


def _text(rows) -> str:
    lines = [
        f"{account},2025-0{1 + day % 9}-{day:02d},{kind},{symbol},{shares},{amount}"
        for account, day, kind, symbol, shares, amount in rows
    ]
    return HEAD + "\n".join(lines) + "\n"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(ROW, min_size=1, max_size=8), min_size=1, max_size=3))
def test_refreshing_lots_is_working_them_out_anew(tmp_path_factory, files):
    folder = tmp_path_factory.mktemp("refresh")
    with HouseholdBook.create(folder / "h.harvest", Household(HouseholdId("h"), "H")) as book:
        ctx = AppContext(book, FixedClock(DAY))
        for n, rows in enumerate(files):
            path = folder / f"{n}.csv"
            path.write_text(_text(rows))
            take_in(ctx, path)
            assert book.lots() == anew(book)

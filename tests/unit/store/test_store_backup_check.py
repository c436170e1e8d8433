"""Copies that can be trusted, and the check of the whole file."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import store_samples as sample
from factories import proposal

from harvestdesk.domain.errors import BadInputError, Severity
from harvestdesk.domain.ids import IdenticalSetId, LotId, TransactionId
from harvestdesk.domain.relations import IdenticalSet
from harvestdesk.domain.transaction import LotPick
from harvestdesk.store import backup
from harvestdesk.store.connection import driver
from harvestdesk.store.database import HouseholdBook


def test_backup__holds_the_same_and_replaces_an_older_one(book: HouseholdBook, path: Path) -> None:
    copy = path.with_name("copy.harvest")
    book.backup(copy)
    with book.write("More") as w:
        w.put_setting("a", "1")
    book.backup(copy)
    with HouseholdBook.open(copy) as other:
        assert sample.content(other) == sample.content(book)
        assert other.undo_label() == "More"
    assert sorted(p.name for p in path.parent.iterdir()) == ["copy.harvest", path.name]


def test_backup__onto_the_book_or_a_folder_is_refused(book: HouseholdBook, path: Path) -> None:
    link = path.with_name("link.harvest")
    link.symlink_to(path)
    for destination in (path, link, path.parent):
        with pytest.raises(BadInputError):
            book.backup(destination)
    assert book.lots() == sample.LOTS
    assert link.is_symlink()


@pytest.mark.parametrize("step", ["_flush", "_copy_and_check"])
def test_backup__that_fails_leaves_the_older_one_and_no_rest(
    book: HouseholdBook, path: Path, monkeypatch, step: str
) -> None:
    copy = path.with_name("copy.harvest")
    copy.write_bytes(b"the older one")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, step, full)
    with pytest.raises(BadInputError, match="No space left"):
        book.backup(copy)
    assert copy.read_bytes() == b"the older one"
    assert sorted(p.name for p in path.parent.iterdir()) == ["copy.harvest", path.name]


def test_backup__into_a_missing_folder_says_so(book: HouseholdBook, path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        book.backup(path.parent / "nowhere" / "copy.harvest")
    assert caught.value.code == "backup.folder"


def test_backup__that_is_not_whole_is_not_kept(
    book: HouseholdBook, path: Path, monkeypatch
) -> None:
    """The rows of the copy are counted: a copy of less than the book is no backup."""
    counts = iter([{"lots": 1}, {"lots": 2}])
    monkeypatch.setattr(backup, "_row_counts", lambda _: next(counts))
    with pytest.raises(BadInputError, match="as many rows"):
        book.backup(path.with_name("copy.harvest"))
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_check__of_a_sound_book_finds_nothing(book: HouseholdBook) -> None:
    with book.write("Plan") as w:
        w.add_proposal(proposal())
    report = book.check()
    assert report.ok
    assert report.findings == ()


def _codes(book: HouseholdBook) -> dict[str, Severity]:
    return {finding.code: finding.severity for finding in book.check().findings}


def test_check__names_what_breaks_a_rule(book: HouseholdBook) -> None:
    sale = sample.TRANSACTIONS[1]
    lot = sample.LOTS[0]
    assert lot.statement_on is not None
    with book.write("Odd") as w:
        w.add_transactions(
            [
                replace(sale, id=TransactionId("o-1"), picks=(LotPick(LotId("l"), Decimal(11)),)),
                replace(sale, id=TransactionId("o-2"), picks=(), security_id=None),
                replace(sale, id=TransactionId("o-3"), picks=(), shares=Decimal(-1)),
            ]
        )
        later = lot.statement_on + timedelta(days=1)
        w.replace_statement_lots(sample.JOINT, [sample.FUND], [replace(lot, acquired_on=later)])
        w.replace_lots(
            [sample.JOINT],
            [replace(lot, adjusted_acquired_on=date(2025, 1, 1), cost_basis=Decimal(-1))],
        )
        w.replace_identical_sets([IdenticalSet(IdenticalSetId("e"), "Empty", ())])
    report = book.check()
    assert not report.ok
    assert _codes(book) == {
        "ledger.picks": Severity.ERROR,
        "ledger.no_security": Severity.ERROR,
        "ledger.negative_shares": Severity.ERROR,
        "lots.tacking": Severity.ERROR,
        "lots.purchase_after_statement": Severity.WARNING,
        "lots.negative_basis": Severity.WARNING,
        "relations.empty_set": Severity.WARNING,
    }
    assert any("o-1" in finding.message for finding in report.findings)


def test_check__names_corporate_actions_and_tax_facts_that_can_not_be(book: HouseholdBook) -> None:
    spin, merger = sample.TRANSACTIONS[3], sample.TRANSACTIONS[4]
    changes = (
        (spin, {"other_security_id": None}, {"ledger.no_other_security"}),
        (spin, {"other_security_id": sample.FUND}, {"ledger.no_other_security"}),
        (merger, {"other_security_id": None, "amount": Decimal(0)}, {"ledger.no_other_security"}),
        (merger, {"other_security_id": None}, set()),  # for cash alone
        (merger, {"basis_fraction": Decimal("0.5")}, {"ledger.other_security"}),
        (sample.TRANSACTIONS[0], {"other_security_id": sample.TWIN}, {"ledger.other_security"}),
        (spin, {"ratio": Decimal(0)}, {"ledger.ratio"}),
    )
    for row, change, codes in changes:
        with book.write("Odd") as w:
            w.add_transactions([replace(row, id=TransactionId("o-1"), **change)])
        assert set(_codes(book)) == codes, change
        book.undo()
    with book.write("Odd facts") as w:
        w.replace_external_gains([replace(sample.EXTERNAL_GAINS[0], amount=Decimal(0))])
        w.replace_law_changes([replace(sample.LAW_CHANGES[0], points=Decimal(0))])
        w.put_household(
            replace(sample.HOUSEHOLD, tax=replace(sample.HOUSEHOLD.tax, aged_or_blind=3))
        )
    found = _codes(book)
    with book.write("Nobody ticks") as w:
        w.put_household(
            replace(sample.HOUSEHOLD, tax=replace(sample.HOUSEHOLD.tax, aged_or_blind=0))
        )
    assert _codes(book)["household.seniors"] is Severity.ERROR
    assert found == {
        "gains.nothing": Severity.WARNING,
        "law.nothing": Severity.WARNING,
        "household.boxes": Severity.ERROR,
    }


def test_check__warnings_alone_leave_the_book_sound(book: HouseholdBook) -> None:
    with book.write("Odd") as w:
        w.replace_lots([sample.JOINT], [replace(sample.LOTS[0], cost_basis=Decimal(-1))])
    assert book.check().ok
    assert _codes(book) == {"lots.negative_basis": Severity.WARNING}


def test_check__finds_a_plan_that_was_altered(book: HouseholdBook) -> None:
    with book.write("Plan") as w:
        w.add_proposal(proposal())
    raw = driver(book._connection)
    raw.execute('UPDATE proposals SET payload = replace(payload, \'"tax":"\', \'"tax":"1\')')
    assert _codes(book) == {"proposal.damaged": Severity.ERROR}


def test_check__finds_broken_references_and_rules_outside_the_book(
    book: HouseholdBook, path: Path
) -> None:
    book.close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA ignore_check_constraints = ON")
        raw.execute("UPDATE lots SET security_id = 'nobody'")
        raw.commit()
    with HouseholdBook.open(path) as again:
        assert _codes(again) == {"file.reference": Severity.ERROR}
        assert not again.check().ok
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA ignore_check_constraints = ON")
        raw.execute("UPDATE lots SET shares = 0")
        raw.commit()
    with pytest.raises(BadInputError) as caught:
        HouseholdBook.open(path)
    assert caught.value.code == "file.damaged"

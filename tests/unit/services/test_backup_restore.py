"""A backup is a checked copy; a restore keeps what was there and refuses what is damaged."""

from datetime import date

import pytest

from harvestdesk.domain.errors import BadInputError
from harvestdesk.services.backup import back_up, restore
from harvestdesk.services.books import create_book, open_book
from harvestdesk.services.clock import FixedClock
from harvestdesk.services.context import AppContext

CLOCK = FixedClock(date(2025, 12, 5))


@pytest.fixture
def path(tmp_path):
    create_book(tmp_path / "a.harvest", "First", ("Alex",)).close()
    return tmp_path / "a.harvest"


def backed_up(path):
    with open_book(path) as book:
        return back_up(AppContext(book, CLOCK))


def people(path):
    with open_book(path) as book:
        return [p.name for p in book.people()]


def change(path):
    from harvestdesk.domain.household import Person

    with open_book(path) as book, book.write("More people") as w:
        w.put_people([Person("person-9", "Later")])


def test_a_restored_book_is_as_it_was_and_the_other_one_is_kept(path):
    copy = backed_up(path)
    change(path)
    done = restore(copy, path, CLOCK)
    assert people(path) == ["Alex"]
    assert people(done.kept) == ["Alex", "Later"]


def test_a_second_backup_of_the_same_moment_does_not_overwrite(path):
    backed_up(path)
    with pytest.raises(BadInputError, match="exists already"):
        backed_up(path)


def test_a_damaged_backup_changes_nothing(path):
    bad = path.with_name("bad.harvest")
    bad.write_bytes(b"SQLite format 3\0" + b"x" * 4096)
    before = path.read_bytes()
    with pytest.raises(BadInputError):
        restore(bad, path, CLOCK)
    assert path.read_bytes() == before
    assert not (path.parent / "Backups").exists()


def test_a_missing_backup_and_the_book_itself_are_refused(path):
    with pytest.raises(BadInputError):
        restore(path.with_name("none.harvest"), path, CLOCK)
    with pytest.raises(BadInputError, match="same file"):
        restore(path, path, CLOCK)


def test_a_book_that_is_gone_can_be_restored(path):
    copy = backed_up(path)
    path.unlink()
    assert restore(copy, path, CLOCK).kept is None
    assert people(path) == ["Alex"]

"""Households are found by path or by name, and never overwritten."""

from pathlib import Path

import pytest

from harvestdesk.domain.errors import BadInputError
from harvestdesk.services.books import create_book, find, list_books, locate, open_book


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HARVESTDESK_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_name_stands_for_a_file_of_the_data_folder(home):
    create_book(home / "Rivera.harvest", "Rivera").close()
    assert find("Rivera") == home / "Rivera.harvest"


def test_a_path_is_taken_as_it_is(tmp_path):
    assert locate("x/y.harvest") == Path("x/y.harvest")
    assert locate(str(tmp_path / "z.harvest")) == tmp_path / "z.harvest"


def test_a_missing_household_says_where_it_was_looked_for(home):
    with pytest.raises(BadInputError, match="home"):
        open_book("nobody")


def test_a_book_is_never_overwritten(home):
    create_book(home / "a.harvest", "A").close()
    before = (home / "a.harvest").read_bytes()
    with pytest.raises(BadInputError, match="exists already"):
        create_book(home / "a.harvest", "B")
    assert (home / "a.harvest").read_bytes() == before


def test_a_couple_are_spouses(home):
    with create_book(home / "a.harvest", "A", ("Alex", "Jordan")) as book:
        assert [(p.name, p.is_spouse) for p in book.people()] == [("Alex", False), ("Jordan", True)]


def test_the_list_names_files_that_cannot_be_opened(home):
    create_book(home / "good.harvest", "Good").close()
    (home / "bad.harvest").write_text("not a book")
    listed = {e.path.name: e for e in list_books()}
    assert listed["good.harvest"].name == "Good"
    assert listed["good.harvest"].error == ""
    assert listed["bad.harvest"].error


def test_no_folder_no_books(tmp_path):
    assert list_books(tmp_path / "nowhere") == ()

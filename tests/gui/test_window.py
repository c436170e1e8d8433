"""The window as a person meets it: first run, opening, pages, undo, failures."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from gui_help import make_book, settle, texts  # isort: skip
from harvestdesk.domain.household import Person
from harvestdesk.domain.ids import PersonId
from harvestdesk.gui.a11y import nameless
from harvestdesk.gui.actions import ACTIONS, PAGE_KEYS
from harvestdesk.gui.dialogs.new_household import NewHouseholdDialog, file_name
from harvestdesk.gui.theme import Scheme
from harvestdesk.gui.widgets.figure import FigureTile
from harvestdesk.services.preferences import Preferences


def test_first_run__offers_sample_new_and_open(make_window):
    window = make_window()
    assert window.current_page == "welcome"
    said = texts(window.welcome)
    for words in ("Look around first", "Start your household", "Open a household file"):
        assert words in said
    usable = {k for k, a in window.actions_by_key.items() if a.isEnabled()}
    assert {"household.sample", "household.new", "household.open"} <= usable
    assert not usable & {"import", "plan.run", "orders.export", "edit.undo", "page.lots"}
    assert not window.sidebar.isVisible()


def test_opening__shows_accounts_totals_day_stale_prices_and_the_simulated_mark(open_window):
    window = open_window()
    assert window.current_page == "overview"
    said = texts(window)
    assert "Small family" in said
    assert "Simulated household" in said
    assert "as of Dec 5, 2025" in said
    assert "stale price" in window.top_bar.stale.text()
    names = [window.sidebar._accounts.model().index(r, 0).data() for r in range(2)]
    assert names == ["Taxable one", "Roth two"]


def test_every_page__answers_in_a_sentence_and_figures_explain_themselves(open_window):
    window = open_window()
    for key in PAGE_KEYS:
        window.navigate(key, {})
        page = window.pages[key]
        assert window.current_page == key
        assert page.answer.endswith("."), key
        for tile in page.findChildren(FigureTile):
            assert tile.toolTip(), (key, tile.figure.label)
            assert tile.accessibleName().startswith(tile.figure.label)


def test_shortcuts__open_the_pages(open_window, qtbot):
    window = open_window()
    for number, key in enumerate(PAGE_KEYS, start=1):
        qtbot.keyClick(
            window, getattr(Qt.Key, f"Key_{number}"), Qt.KeyboardModifier.ControlModifier
        )
        assert window.current_page == key


def test_shortcuts__are_unique():
    shortcuts = [spec.shortcut for spec in ACTIONS if spec.shortcut]
    assert len(shortcuts) == len(set(shortcuts))


def test_undo__is_named_in_the_menu_and_goes_back_and_forth(open_window, qtbot):
    window = open_window()
    undo, redo = (window.actions_by_key[k] for k in ("edit.undo", "edit.redo"))

    def add_somebody(app):
        with app.book.write("Add Kim") as w:
            w.put_people([*app.book.people(), Person(PersonId("person-2"), "Kim", is_spouse=True)])

    def people():
        return [p.name for p in window.desk.loaded.data.snapshot.people]

    def after(act):
        with qtbot.waitSignal(window.desk.refreshed, timeout=10_000):
            act()

    after(lambda: window.desk.change("Adding", add_somebody))
    assert undo.text() == "&Undo Add Kim"
    assert people() == ["Robin Small", "Kim"]
    after(undo.trigger)
    assert people() == ["Robin Small"]
    assert redo.text() == "&Redo Add Kim"
    after(redo.trigger)
    assert people() == ["Robin Small", "Kim"]


def spoil(kind, path):
    """Make a file that cannot be opened; returns what its dialog must say."""
    if kind == "not ours":
        path.write_bytes(b"\x89PNG not a household")
        return "is not a household book"
    if kind == "newer":
        make_book(path)
        with closing(sqlite3.connect(path)) as book:
            book.execute("PRAGMA user_version = 99")
        return "newer"
    if kind == "damaged":
        make_book(path)
        path.write_bytes(path.read_bytes()[:9000])
        return "cut short"
    return "no household file"


@pytest.mark.parametrize("kind", ["not ours", "newer", "damaged", "missing"])
@pytest.mark.parametrize("with_household", [False, True])
def test_file_that_cannot_be_opened__is_refused_in_words_and_nothing_else_changes(
    make_window, qtbot, tmp_path, book_path, kind, with_household
):
    path = tmp_path / "bad file.harvest"
    words = spoil(kind, path)
    before = path.read_bytes() if path.exists() else None
    window = make_window()
    if with_household:
        with qtbot.waitSignal(window.desk.opened, timeout=20_000):
            window.open(book_path)
    with qtbot.waitSignal(window.desk.not_opened, timeout=10_000):
        window.open(path)
    (dialog,) = window.commands.open_dialogs
    said = texts(dialog)
    assert "bad file.harvest could not be opened" in said
    assert words in dialog.words
    assert ("Small family stays open" in said) == with_household
    assert nameless(dialog) == []
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not window.commands.open_dialogs
    assert window.current_page == ("overview" if with_household else "welcome")
    assert (path.read_bytes() if path.exists() else None) == before
    if with_household:
        with qtbot.waitSignal(window.desk.refreshed, timeout=10_000):
            window.desk.reload()


def test_recent_households__are_in_the_menu_and_open(make_window, qtbot, book_path, tmp_path):
    window = make_window()
    assert not window.recent.menuAction().isEnabled()
    with qtbot.waitSignal(window.desk.opened, timeout=20_000):
        window.open(book_path)
    other = make_book(tmp_path / "other & more.harvest")
    with qtbot.waitSignal(window.desk.opened, timeout=20_000):
        window.open(other)
    settle(qtbot, window)
    assert [a.text() for a in window.recent.actions()] == ["&1  other && more", "&2  small"]
    with qtbot.waitSignal(window.desk.opened, timeout=20_000):
        window.recent.actions()[1].trigger()
    settle(qtbot, window)
    assert window.desk.loaded.app.book.path == book_path


def test_opening_another_household__replaces_the_first(open_window, qtbot, tmp_path):
    window = open_window()
    first = window.desk.loaded.app.book
    other = make_book(tmp_path / "other.harvest", lots_per_account=2)
    with qtbot.waitSignal(window.desk.opened, timeout=10_000):
        window.open(other)
    settle(qtbot, window)
    assert window.desk.loaded.app.book is not first
    assert len(window.desk.loaded.data.snapshot.lots) == 4
    assert window.saved_preferences[-1].recent_books[0] == str(other)


def test_backup__is_a_household_that_opens(open_window, qtbot, tmp_path, monkeypatch):
    from PySide6.QtWidgets import QFileDialog

    window = open_window()
    copy = tmp_path / "copy.harvest"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(copy), ""))
    window.actions_by_key["household.backup"].trigger()
    settle(qtbot, window)
    with qtbot.waitSignal(window.desk.opened, timeout=10_000):
        window.open(copy)


def test_look__is_switched_and_remembered(make_window):
    window = make_window()
    window.actions_by_key["view.dark"].trigger()
    assert window.theme.is_dark
    assert window.saved_preferences[-1].theme == "dark"
    window.choose_look(Scheme.LIGHT)


def test_recent_households__are_offered(make_window, qtbot, book_path):
    window = make_window(replace(Preferences(), recent_books=(str(book_path), "/gone.harvest")))
    said = [b.text() for b in window.welcome.findChildren(type(window.jobs.stop))]
    assert "small" in said
    assert "gone" not in said


def test_new_household__is_asked_made_and_opened_empty(make_window, qtbot, own_home):
    window = make_window()
    window.actions_by_key["household.new"].trigger()
    (dialog,) = window.commands.open_dialogs
    assert isinstance(dialog, NewHouseholdDialog)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert "name" in dialog.problems["name"]
    qtbot.keyClicks(dialog.title_field, "Lopez / family")
    qtbot.keyClicks(dialog.you, "Dana")
    qtbot.keyClicks(dialog.spouse, "Luis")
    with qtbot.waitSignal(window.desk.opened, timeout=10_000):
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    people = window.desk.loaded.data.snapshot.people
    assert [(p.name, p.is_spouse) for p in people] == [("Dana", False), ("Luis", True)]
    assert (own_home / "Lopez - family.harvest").is_file()
    assert window.pages["overview"].is_empty
    for key in PAGE_KEYS:
        window.navigate(key, {})
        page = window.pages[key]
        assert page.is_empty or page.answer.endswith("."), key


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Rivera", "Rivera.harvest"),
        ("a/b\\c:d", "a-b-c-d.harvest"),
        ("..", "household.harvest"),
        ("", "household.harvest"),
        ("x" * 300, "x" * 80 + ".harvest"),
    ],
)
def test_file_name__is_one_every_system_accepts(title, expected):
    assert file_name(title) == expected


def test_view_only_file__can_be_looked_at_but_not_changed(open_window, book_path, monkeypatch):
    from harvestdesk.services import books
    from harvestdesk.store.database import HouseholdBook

    monkeypatch.setattr(books, "open_book", lambda p: HouseholdBook.open(p, view_only=True))
    window = open_window()
    assert window.top_bar.view_only.isVisible()
    for key in ("import", "plan.run", "edit.undo", "edit.redo"):
        assert not window.actions_by_key[key].isEnabled(), key


def test_closing__with_work_running_leaves_nothing(open_window, qtbot, tmp_path, book_path):
    window = open_window()
    window.desk.reload()
    window.close()
    shutil.move(book_path, tmp_path / "moved.harvest")

"""Opening and making books: the settings promised, and every file that must be refused as it is."""

import hashlib
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
import store_samples as sample

from harvestdesk.domain.errors import BadInputError, HarvestError
from harvestdesk.store.connection import connect_plain, driver, file_uri
from harvestdesk.store.database import HouseholdBook
from harvestdesk.store.migrations import CURRENT

ROOT = Path(__file__).resolve().parents[3]


def _sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _patched(path: Path, offset: int, value: bytes) -> None:
    data = bytearray(path.read_bytes())
    data[offset : offset + len(value)] = value
    path.write_bytes(data)


def _refused(path: Path, code: str) -> str:
    """Assert that a file is refused with a code and left alone; return the words."""
    before = _sha(path) if path.is_file() else ""
    around = sorted(path.parent.iterdir())
    for view_only in (False, True):
        with pytest.raises(BadInputError) as caught:
            HouseholdBook.open(path, view_only=view_only)
        assert caught.value.code == code, caught.value
    assert (_sha(path) if path.is_file() else "") == before
    assert sorted(path.parent.iterdir()) == around
    return caught.value.message


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("application_id", 0x48444B31),
        ("user_version", CURRENT),
        ("journal_mode", "delete"),
        ("synchronous", 3),
        ("foreign_keys", 1),
        ("busy_timeout", 5000),
        ("trusted_schema", 0),
        ("cell_size_check", 1),
        ("mmap_size", 0),
        ("temp_store", 2),
    ],
)
def test_settings__are_those_promised(book: HouseholdBook, path: Path, pragma: str, value) -> None:
    book.close()
    with HouseholdBook.open(path) as again:
        raw = driver(again._connection)
        assert raw.execute(f"PRAGMA main.{pragma}").fetchall() == [(value,)]
        assert raw.isolation_level is None


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_permissions__file_journal_and_backup_are_the_owners_alone(path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with HouseholdBook.create(path, sample.HOUSEHOLD) as book:
            with book.write("Fill") as w:
                sample.fill(w)
                journal = Path(f"{path}-journal")
                assert stat.S_IMODE(journal.stat().st_mode) == 0o600
            book.backup(path.with_name("copy.harvest"))
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.with_name("copy.harvest").stat().st_mode) == 0o600
    assert not journal.exists()


HOSTILE = [
    "a b.harvest",
    "100%20.harvest",
    "what?mode=memory.harvest",
    "#1.harvest",
    'it\'s "quoted".harvest',
    "\N{SEEDLING}\u00e9.harvest",
    "trailing dot.",
    "file:x?vfs=unix.harvest",
    "x" * 239 + ".harvest",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_paths__hostile_names_make_that_file_and_no_other(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "50% #1?"
    folder.mkdir()
    path = folder / name
    with HouseholdBook.create(path, sample.HOUSEHOLD) as book, book.write("Fill") as w:
        sample.fill(w)
    with HouseholdBook.open(path) as book:
        assert book.lots() == sample.LOTS
    assert [p.name for p in folder.iterdir()] == [name]


def test_paths__a_double_slash_is_not_a_host() -> None:
    assert file_uri(Path("//server/share/a.harvest"), "ro").startswith("file:///")


def test_paths__a_name_without_room_for_the_journal_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 255)
    with pytest.raises(BadInputError) as caught:
        HouseholdBook.create(path, sample.HOUSEHOLD)
    assert caught.value.code == "file.open"
    assert list(tmp_path.iterdir()) == []


def test_create__a_taken_name_or_a_missing_folder_is_refused(
    book: HouseholdBook, path: Path
) -> None:
    before = _sha(path)
    with pytest.raises(BadInputError) as caught:
        HouseholdBook.create(path, sample.HOUSEHOLD)
    assert caught.value.code == "file.exists"
    assert _sha(path) == before
    with pytest.raises(BadInputError) as caught:
        HouseholdBook.create(path.parent / "no folder" / "a.harvest", sample.HOUSEHOLD)
    assert caught.value.code == "file.path"


def test_newer__is_refused_with_both_numbers_and_untouched(book: HouseholdBook, path: Path) -> None:
    book.close()
    _patched(path, 60, (CURRENT + 41).to_bytes(4, "big"))
    words = _refused(path, "file.newer")
    assert str(CURRENT + 41) in words
    assert f"up to {CURRENT}" in words


def test_not_ours__another_programs_database(book: HouseholdBook, path: Path) -> None:
    book.close()
    _patched(path, 68, b"\0\0\0\0")
    _refused(path, "file.not_book")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), "file.not_book"),
        (b"SQLite format 3\0", "file.not_book"),
        (b"<OFX>", "file.not_book"),
        (bytes(4096), "file.not_book"),
    ],
)
def test_not_ours__other_files(path: Path, content: bytes, code: str) -> None:
    path.write_bytes(content)
    _refused(path, code)


def test_not_ours__folder_missing_file_and_loop(tmp_path: Path) -> None:
    folder = tmp_path / "folder.harvest"
    folder.mkdir()
    _refused(folder, "file.folder")
    _refused(tmp_path / "nothing.harvest", "file.missing")
    loop = tmp_path / "loop.harvest"
    try:
        loop.symlink_to(loop)
    except OSError:
        pytest.skip("no symbolic links here")
    with pytest.raises(BadInputError):
        HouseholdBook.open(loop)


def test_truncated__at_many_points_is_refused_and_untouched(
    book: HouseholdBook, path: Path
) -> None:
    book.close()
    whole = path.read_bytes()
    for n in range(100):
        cut = path.with_name(f"cut{n}.harvest")
        cut.write_bytes(whole[: len(whole) * n // 100])
        with pytest.raises(BadInputError) as caught:
            HouseholdBook.open(cut)
        assert caught.value.code in {"file.empty", "file.truncated", "file.not_book"}
        assert cut.stat().st_size == len(whole) * n // 100


def test_garbage__behind_a_good_header_is_refused_and_untouched(
    book: HouseholdBook, path: Path
) -> None:
    book.close()
    whole = path.read_bytes()
    for start in (100, 4096, len(whole) // 2):
        path.write_bytes(whole[:start] + b"\xa5" * (len(whole) - start))
        _refused(path, "file.damaged")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER evil AFTER UPDATE ON lots BEGIN DELETE FROM transactions; END",
        "CREATE VIEW evil AS SELECT * FROM lots",
        "CREATE TABLE evil (x)",
        "CREATE INDEX evil ON lots (shares)",
        "DROP INDEX lots_security",
        "ALTER TABLE lots ADD COLUMN evil TEXT AS (id)",
        "DROP TABLE undo_entries",
    ],
)
def test_foreign_objects__are_refused_and_untouched(
    book: HouseholdBook, path: Path, statement: str
) -> None:
    book.close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(statement)
        raw.commit()
    _refused(path, "file.foreign")


def test_statistics_and_vacuum__by_another_tool_do_no_harm(book: HouseholdBook, path: Path) -> None:
    with book.write("Drop the first row") as w:
        w.replace_replacements([])
    before = sample.content(book)
    book.undo()
    filled = sample.content(book)
    book.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("ANALYZE")
        raw.execute("VACUUM")
    with HouseholdBook.open(path) as again:
        assert sample.content(again) == filled
        again.redo()
        assert sample.content(again) == before
        assert again.check().ok


def test_wal__of_another_tool_is_turned_back(book: HouseholdBook, path: Path) -> None:
    book.close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA journal_mode = WAL")
    with HouseholdBook.open(path) as again:
        assert again.lots() == sample.LOTS
        assert driver(again._connection).execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_view_only__reads_and_never_writes(book: HouseholdBook, path: Path) -> None:
    book.close()
    before = _sha(path)
    with HouseholdBook.open(path, view_only=True) as viewed:
        assert viewed.view_only
        assert viewed.lots() == sample.LOTS
        assert viewed.undo_label() == "Fill"
        assert viewed.check().ok
        for attempt in (viewed.undo, viewed.redo, viewed.write("x").__enter__):
            with pytest.raises(BadInputError) as caught:
                attempt()
            assert caught.value.code == "file.view_only"
        with pytest.raises(sqlite3.OperationalError):
            driver(viewed._connection).execute("DELETE FROM lots")
        viewed.backup(path.with_name("copy.harvest"))
    assert _sha(path) == before


_AS_NOBODY = """
import os, sys
from pathlib import Path
from harvestdesk.domain.errors import BadInputError
from harvestdesk.store.database import HouseholdBook
path, warm = map(Path, sys.argv[1:])
HouseholdBook.open(warm).close()  # loads what is loaded late
if os.geteuid() == 0:  # permissions don't bind the superuser
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
with HouseholdBook.open(path) as book:
    assert book.view_only, "opened to write"
    print(len(book.lots()))
    try:
        with book.write("x"):
            pass
    except BadInputError as error:
        print(error.code)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
@pytest.mark.parametrize("file_mode", [0o444, 0o666])
def test_read_only__file_or_folder_opens_to_look_at(
    book: HouseholdBook, path: Path, file_mode: int
) -> None:
    """A file without write permission, and a writable one in a folder that takes no journal."""
    warm = path.with_name("warm.harvest")
    book.backup(warm)
    book.close()
    before = _sha(path)
    closed = [f for f in path.parents if not f.stat().st_mode & 0o001]
    modes = [f.stat().st_mode for f in closed]
    for folder in closed:
        folder.chmod(0o711)
    path.chmod(file_mode)
    path.parent.chmod(0o555)
    try:
        done = subprocess.run(
            [sys.executable, "-c", _AS_NOBODY, str(path), str(warm)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        path.parent.chmod(0o700)
        for folder, mode in zip(closed, modes, strict=True):
            folder.chmod(mode)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["2", "file.view_only"]
    assert _sha(path) == before


def test_second_writer__is_told_so_and_nothing_is_written(book: HouseholdBook, path: Path) -> None:
    before = sample.content(book)
    with HouseholdBook.open(path) as other:
        driver(other._connection).execute("PRAGMA busy_timeout = 20")
        with book.write("Slow") as w:
            w.put_setting("a", "1")
            with pytest.raises(BadInputError) as caught, other.write("Second") as second:
                second.put_setting("a", "2")
            assert caught.value.code == "file.busy"
            assert other.lots() == sample.LOTS  # reading goes on
    assert book.settings()["a"] == "1"
    book.undo()
    assert sample.content(book) == before


def test_two_writers__in_turn_see_each_other(book: HouseholdBook, path: Path) -> None:
    with HouseholdBook.open(path) as other:
        with other.write("Theirs") as w:
            w.put_setting("a", "1")
        with book.write("Ours") as w:
            w.put_setting("a", "2")
        assert other.undo_label() == "Ours"
        other.undo()
        assert book.settings()["a"] == "1"


def test_threads__writes_wait_for_each_other(empty: HouseholdBook) -> None:
    def count() -> None:
        for _ in range(20):
            with empty.write("Count") as w:
                w.put_setting("n", str(int(empty.settings().get("n", "0")) + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert empty.settings()["n"] == "80"


def test_unfinished__file_says_so(path: Path) -> None:
    from harvestdesk.store.migrations import MIGRATIONS
    from harvestdesk.store.migrations.runner import migrate

    path.touch()
    with closing(connect_plain(path, "rw")) as raw:
        migrate(raw, None, MIGRATIONS)
    with HouseholdBook.open(path) as book, pytest.raises(BadInputError) as caught:
        book.household()
    assert caught.value.code == "file.unfinished"


def test_failures__of_sqlite_are_typed(book: HouseholdBook) -> None:
    with pytest.raises(HarvestError) as caught, book.write("Wrong") as w:
        w._connection.exec_driver_sql("SELECT nothing")
    assert caught.value.code == "store.failed"

import errno
import os
import stat
from pathlib import Path

import pytest

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.files import atomic_write_bytes, atomic_write_text, atomic_writer


def test_write__content_mode_and_no_traces(tmp_path: Path) -> None:
    target = tmp_path / "orders.csv"
    old = os.umask(0)
    try:
        atomic_write_text(target, "a\r\nb — c\r\n")
    finally:
        os.umask(old)
    assert target.read_bytes() == "a\r\nb — c\r\n".encode()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["orders.csv"]


def test_write__replaces_the_old_content(tmp_path: Path) -> None:
    target = tmp_path / "x.csv"
    target.write_text("old")
    atomic_write_bytes(target, b"new")
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize("step", ["fsync", "write"])
def test_disk_full__old_file_untouched_and_no_temporary_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    target = tmp_path / "x.csv"
    target.write_text("old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if step == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    with (  # noqa: PT012
        pytest.raises(BadInputError, match=r"x\.csv .*disk is full"),
        atomic_writer(target) as stream,
    ):
        stream.write(b"new")
        if step == "write":
            full(0)
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["x.csv"]


def test_failure_in_the_writer__nothing_appears(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), atomic_writer(tmp_path / "x.pdf") as stream:  # noqa: PT012
        stream.write(b"half")
        _ = 1 / 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["a.harvest", "A.HARVEST", "a.harvest-journal", "a.harvest.", "a.harvest "]
)
def test_books_are_never_overwritten(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInputError, match="household file"):
        atomic_write_bytes(tmp_path / name, b"x")
    assert list(tmp_path.iterdir()) == []


def test_a_database_under_another_name_is_never_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "backup.csv"
    target.write_bytes(b"SQLite format 3\0 and more")
    with pytest.raises(BadInputError, match="household file"):
        atomic_write_bytes(target, b"x")
    assert target.read_bytes().startswith(b"SQLite")


def test_a_link_to_a_book_is_refused(tmp_path: Path) -> None:
    book = tmp_path / "a.harvest"
    book.write_bytes(b"book")
    link = tmp_path / "out.csv"
    link.symlink_to(book)
    with pytest.raises(BadInputError):
        atomic_write_bytes(link, b"x")
    assert book.read_bytes() == b"book"


@pytest.mark.parametrize("name", ['it\'s "quoted".csv', "a%20b?c#d.csv", "📈.csv", "a.harvest.csv"])
def test_odd_names_are_written_as_named(tmp_path: Path, name: str) -> None:
    atomic_write_bytes(tmp_path / name, b"x")
    assert [p.name for p in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("relative", "why"),
    [
        ("missing/x.csv", "folder does not exist"),
        ("n" * 256 + ".csv", "too long"),
        ("folder", "folder"),
    ],
)
def test_impossible_targets_say_why(tmp_path: Path, relative: str, why: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(BadInputError, match=why):
        atomic_write_bytes(tmp_path / relative, b"x")
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]

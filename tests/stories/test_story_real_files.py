"""Brokers' real files: read or refused with words, taken in once, undone without a trace."""

from pathlib import Path

import pytest

from harvestdesk.services.books import open_book

BROKERS = ("schwab", "fidelity", "ibkr")


@pytest.fixture
def samples(shared: Path) -> list[Path]:
    found = [p for b in BROKERS for p in sorted((shared / "samples" / b).rglob("*")) if p.is_file()]
    assert len(found) > 20
    return found


def content(path: Path):
    with open_book(path, view_only=True) as book:
        return (
            book.accounts(),
            book.transactions(),
            book.statement_lots(),
            book.lots(),
            book.settings(),
        )


def test_each_file_is_taken_in_once_and_undone_without_a_trace(desk, samples, tmp_path):
    read = 0
    for n, sample in enumerate(samples):
        path = tmp_path / f"{n}.harvest"
        code = desk.run("import", sample, "--household", path, "--json")
        assert code in {0, 2}, (sample, desk.err)
        if code == 2:
            assert sample.name in desk.err
            assert not path.exists()
            continue
        read += 1
        before = content(path)
        (again,) = desk.json("import", sample, "--household", path)["files"]
        assert again["imported"] == 0, sample
        assert content(path) == before, sample
        with open_book(path) as book:
            book.undo()
        assert content(path) == ((), (), (), (), {}), sample
    assert read >= 20

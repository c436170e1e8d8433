"""Nothing leaves this computer: the whole job is done without one attempt to reach a network."""

import socket
from pathlib import Path

import pytest

from harvestdesk.services.books import open_book

AS_OF = ("--as-of", "2025-12-05")


@pytest.fixture
def attempts(monkeypatch) -> list[str]:
    """Every way Python has to a network, refused and noted."""
    noted: list[str] = []

    def refuse(name: str):
        def attempt(*args: object, **options: object) -> None:
            noted.append(f"{name}{args[1:3]}")
            raise OSError(f"{name}: this household stays at home")

        return attempt

    class NoSocket(socket.socket):
        __init__ = refuse("socket")  # type: ignore[assignment]

    monkeypatch.setattr(socket, "socket", NoSocket)
    for name in (
        "create_connection",
        "create_server",
        "getaddrinfo",
        "gethostbyname",
        "socketpair",
    ):
        monkeypatch.setattr(socket, name, refuse(name))
    return noted


def test_the_guard_notes_attempts(attempts):
    """A guard that lets things through would make the other test worthless."""
    with pytest.raises(OSError, match="at home"):
        socket.socket()
    with pytest.raises(OSError, match="at home"):
        socket.create_connection(("192.0.2.1", 80))
    assert len(attempts) == 2


def test_the_whole_job_without_a_network(desk, attempts, sample_folder, tmp_path):
    path = tmp_path / "h.harvest"
    for name in (
        "accounts.csv",
        "securities.csv",
        "ibkr-flex-simulated.xml",
        "simulated-prices.csv",
    ):
        desk.json("import", sample_folder / name, "--household", path)
    plan = desk.json("plan", "harvest", "--household", path, *AS_OF)
    assert plan["trades"]
    where = ("--household", path, "--plan", plan["id"])
    for kind in ("worksheet", "do-not-buy", "lot-instructions"):
        desk.json("report", kind, *where, "--out", tmp_path / f"{kind}.csv")
    for form in ("ibkr-basket", "generic-csv"):
        written = desk.json(
            "export-orders", *where, "--format", form, "--out", tmp_path / form,
            "--allow-stale-prices",
        )  # fmt: skip
        assert all(Path(file).stat().st_size for file in written["files"])
    for command in ("accounts", "lots", "wash-calendar", "check"):
        desk.json(command, "--household", path)
    copy = tmp_path / "copy.harvest"
    desk.json("backup", "--household", path, "--out", copy)
    desk.json("restore", copy, "--household", path)
    with open_book(path) as book:
        assert book.undo() is not None
    assert desk.run("demo", "--no-screens", "--out", tmp_path / "demo") == 0
    assert attempts == []

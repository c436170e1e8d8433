"""Fixtures for every room: where the shared material is, and golden files."""

import os
from pathlib import Path

import pytest

# Before Qt is imported anywhere: the suite needs no display, on any machine.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes minutes, unless it is asked for."""
    if "slow" in config.getoption("markexpr"):
        return
    for item in items:
        if item.get_closest_marker("slow") is not None:
            item.add_marker(pytest.mark.skip(reason="takes minutes: run with -m slow"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared cases, samples and data; tests skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the shared material (../shared) is not here")
    return SHARED


@pytest.fixture
def golden(request: pytest.FixtureRequest):
    """Compare bytes with a golden file, or rewrite it with --update-golden."""

    def compare(name: str, content: bytes) -> None:
        path = ROOT / "tests" / "golden" / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        assert path.exists(), f"no golden file {name}; run with --update-golden"
        assert content == path.read_bytes()

    return compare

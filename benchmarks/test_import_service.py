"""Taking in 50,000 ledger rows: what the wizard's preview and its Confirm button cost.

Run with `pytest benchmarks/test_import_service.py --benchmark-only`.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from harvestdesk.domain.household import Household
from harvestdesk.domain.ids import HouseholdId
from harvestdesk.services.clock import FixedClock
from harvestdesk.services.context import AppContext
from harvestdesk.services.import_statements import ImportPreview, confirm, preview
from harvestdesk.store.database import HouseholdBook

ROWS = 50_000
AS_OF = date(2025, 12, 5)
FIRST = date(2016, 1, 4)
SYMBOLS = 997


def ledger(rows: int = ROWS) -> str:
    """Return a transactions file in HarvestDesk's own layout: two purchases, then a sale of both' sum."""
    chance = random.Random(1976)
    lines = ["account,account_type,date,type,symbol,shares,amount,fees"]
    days = (AS_OF - FIRST).days
    held: dict[int, int] = {}
    for n in range(rows):
        symbol = n % SYMBOLS
        day = FIRST + timedelta(days=n * days // rows)
        shares = chance.randint(1, 900)
        kind = "buy"
        if n // SYMBOLS % 3 == 2:
            kind, shares = "sell", held[symbol]
        held[symbol] = held.get(symbol, 0) + (shares if kind == "buy" else -shares)
        cents = shares * chance.randint(1000, 50000)
        lines.append(f"Joint,taxable,{day},{kind},Q{symbol:03d}X,{shares},{cents / 100:.2f},0.65")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("import") / "ledger.csv"
    path.write_text(ledger())
    return path


@pytest.fixture
def ctx(tmp_path: Path) -> Iterator[AppContext]:
    household = Household(HouseholdId("household-1"), "Benchmark")
    with HouseholdBook.create(tmp_path / "b.harvest", household) as book:
        yield AppContext(book, FixedClock(AS_OF))


def test_preview_of_50_000_rows(benchmark: BenchmarkFixture, ctx: AppContext, file: Path) -> None:
    """Reading the file, comparing it with the book and working out the lots."""
    shown = benchmark.pedantic(preview, args=(ctx, [file]), rounds=3)
    assert shown.new_rows == ROWS
    if benchmark.stats is not None:
        assert benchmark.stats.stats.min <= 4.0


def test_confirming_50_000_rows(benchmark: BenchmarkFixture, ctx: AppContext, file: Path) -> None:
    """From the button to a commit that can be undone."""

    def looked_at() -> tuple[tuple[AppContext, ImportPreview], dict[str, object]]:
        ctx.book.undo()
        return (ctx, preview(ctx, [file])), {}

    changes = benchmark.pedantic(confirm, setup=looked_at, rounds=3)
    assert changes.step
    if benchmark.stats is not None:
        assert benchmark.stats.stats.min <= 3.0


def test_preview_of_50_000_rows_known_already(
    benchmark: BenchmarkFixture, ctx: AppContext, file: Path
) -> None:
    """The same file a second time: everything is compared and found."""
    confirm(ctx, preview(ctx, [file]))
    shown = benchmark.pedantic(preview, args=(ctx, [file]), rounds=3)
    assert shown.new_rows == 0
    assert shown.files[0].duplicates == ROWS

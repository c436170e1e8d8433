"""The window's promises: first paint, tables of 100,000 lots, and a GUI thread nobody blocks.

Run with `pytest benchmarks/test_gui.py --benchmark-only`, or as a script for the figures alone.
"""

import os
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
RUNS = 7
SLACK = float(os.environ.get("HARVESTDESK_SLACK", "3"))
"""Other work on the machine is forgiven up to this factor."""

_FIRST_PAINT = """
import time
begin = time.perf_counter()
from PySide6.QtWidgets import QApplication
app = QApplication([])
from harvestdesk.gui.app import build_window
window = build_window(app)
window.painted.connect(app.quit)
window.show()
app.exec()
print(time.perf_counter() - begin)
"""

_LATENESS = """
import sys, time
from pathlib import Path
from PySide6.QtCore import QTimer, Qt
from PySide6.QtWidgets import QApplication

def main():
    app = QApplication([])
    from harvestdesk.gui.app import build_window
    window = build_window(app)
    window.show()
    late, state = [], {"last": None, "on": ""}
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.setInterval(5)
    def tick():
        now = time.perf_counter()
        if state["last"] is not None and state["on"]:
            late.append((state["on"], (now - state["last"]) * 1000 - 5))
        state["last"] = now
    timer.timeout.connect(tick)
    timer.start()
    def failed(title, error):
        print(f"{title}: {error!r}", file=sys.stderr)
        app.exit(1)
    window.desk.failed.connect(failed)
    window.desk.not_opened.connect(failed)
    files = [Path(f) for f in sys.argv[1:]]
    def importing(_loaded):
        window.desk.opened.disconnect(importing)
        QTimer.singleShot(500, start_import)
    def start_import():
        state["on"] = "import"
        window.actions_by_key["import"].trigger()
        state["wizard"] = window.commands.open_dialogs[0]
        state["wizard"].add_files(files)
        step(0)
    def step(page):
        wizard = state["wizard"]
        if not window.commands.open_dialogs:
            window.desk.refreshed.connect(imported)
        elif window.runner.running or wizard.current < page:
            QTimer.singleShot(20, lambda: step(page))
        else:
            wizard.next_button.click()
            QTimer.singleShot(20, lambda: step(page + 1))
    def imported(_loaded):
        window.desk.refreshed.disconnect(imported)
        QTimer.singleShot(1000, start_solve)
    def start_solve():
        state["on"] = ""
        window.desk.open_sample()
        window.desk.opened.connect(lambda _loaded: QTimer.singleShot(800, solve))
    def solve():
        state["on"] = "solve"
        handle = None
        window.desk.plan(__import__("harvestdesk.domain.proposal", fromlist=["x"]).HarvestSettings())
        window.desk.planned.connect(done)
    def done(_proposal):
        state["on"] = ""
        app.exit(0)
    window.desk.opened.connect(importing)
    from harvestdesk.services.preferences import data_folder
    window.desk.create(data_folder() / "empty.harvest", "Empty", ("Robin",))
    code = app.exec()
    window.close()
    for phase in ("import", "solve"):
        values = sorted(v for p, v in late if p == phase)
        print(phase, len(values), values[int(len(values) * 0.99)], values[-1])
    return code

if __name__ == "__main__":
    raise SystemExit(main())
"""


def run_script(code, folder, *arguments):
    """Run code in a fresh process with bytecode kept, as an installed program has it."""
    script = folder / "script.py"
    script.write_text(code, encoding="utf-8")
    env = dict(os.environ, PYTHONPATH=str(ROOT), QT_QPA_PLATFORM="offscreen")
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    env["PYTHONPYCACHEPREFIX"] = str(folder / "pycache")
    env["HARVESTDESK_HOME"] = str(folder / "home")
    done = subprocess.run(
        [sys.executable, str(script), *arguments],
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def first_paint_seconds(folder):
    """Return the wall seconds to the first paint, warm, sorted; with the interpreter's own start."""
    run_script(_FIRST_PAINT, folder)
    seconds = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        run_script(_FIRST_PAINT, folder)
        seconds.append(time.perf_counter() - begin)
    return sorted(seconds)


def lateness(folder, rows=5_000):
    """Return (phase, ticks, p99, max) of a 5 ms timer's lateness in ms, for the wizard and a solve."""
    lines = run_script(_LATENESS, folder, str(big_csv(folder, rows))).splitlines()
    found = []
    for line in lines:
        phase, ticks, p99, worst = line.split()
        found.append((phase, int(ticks), float(p99), float(worst)))
    return found


def big_csv(folder, rows=5_000):
    """Write a statement of many purchases in HarvestDesk's own layout."""
    path = folder / "big.csv"
    lines = ["account,date,type,symbol,shares,amount,note"]
    first = date(2015, 1, 1)
    for n in range(rows):
        on = first + timedelta(days=n * 7919 % 3800)
        lines.append(f"Big one,{on},buy,S{n % 300},{n % 90 + 1},{(n % 90 + 1) * 51.25:.2f},")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def lots_table(count=100_000):
    """Return a shown table of that many lots."""
    from PySide6.QtWidgets import QApplication

    from harvestdesk.gui.models.table_base import Column, ColumnTable, Kind
    from harvestdesk.gui.theme import Scheme, Theme
    from harvestdesk.gui.widgets.data_table import DataTable

    app = QApplication.instance() or QApplication([])
    theme = Theme(app, Scheme.LIGHT)
    columns = (
        Column("symbol", "Symbol"),
        Column("account", "Account"),
        Column("on", "Acquired", Kind.DATE),
        Column("shares", "Shares", Kind.SHARES),
        Column("value", "Value $", Kind.MONEY),
        Column("gain", "Gain $", Kind.MONEY),
        Column("fraction", "Gain %", Kind.PERCENT),
    )
    model = ColumnTable(columns, theme)
    table = DataTable(model, theme, "Lots")
    table.resize(1200, 800)
    table.show()
    model.set_rows(
        {
            "symbol": [f"S{n % 977}" for n in range(count)],
            "account": [("Joint", "Direct")[n % 2] for n in range(count)],
            "on": [date(2020, 1, 1) + timedelta(days=n * 7 % 2000) for n in range(count)],
            "shares": [Decimal(n * 31 % 100_000) / 1000 for n in range(count)],
            "value": [Decimal(n * 7919 % 10_000_019) / 100 for n in range(count)],
            "gain": [Decimal(n * 7919 % 1_000_003 - 500_000) / 100 for n in range(count)],
            "fraction": [(n * 104729 % 2000 - 1000) / 1000 for n in range(count)],
        },
        range(count),
    )
    table.theme_kept = theme
    return app, table


def table_milliseconds():
    """Return the milliseconds of each sort and filter of 100,000 lots, repaint included."""
    from PySide6.QtCore import Qt

    app, table = lots_table()
    figures = {}

    def timed(what, act):
        begin = time.perf_counter()
        act()
        app.processEvents()
        figures[what] = (time.perf_counter() - begin) * 1000

    app.processEvents()
    for number, column in enumerate(table.model.columns):
        for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
            what = f"sort {column.key} {order.name[:3].lower()}"
            timed(what, lambda number=number, order=order: table.model.sort(number, order))
    for key, text in (("symbol", "s9"), ("gain", ">100"), ("on", "2021-0"), ("value", "5..900")):
        timed(f"filter {key}", lambda key=key, text=text: table.model.set_filter(key, text))
    table.hide()
    return figures


@pytest.mark.benchmark(group="gui")
@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_first_paint__within_800_ms(tmp_path, benchmark):
    seconds = first_paint_seconds(tmp_path)
    benchmark.extra_info["median_s"] = seconds[len(seconds) // 2]
    benchmark.pedantic(run_script, args=(_FIRST_PAINT, tmp_path), rounds=3)
    assert seconds[0] < 0.8 * SLACK


@pytest.mark.benchmark(group="gui")
@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_table_of_100000_lots__sorts_and_filters_within_100_ms(benchmark):
    figures = benchmark.pedantic(table_milliseconds, rounds=1)
    benchmark.extra_info.update(figures)
    assert max(figures.values()) < 100 * SLACK


@pytest.mark.benchmark(group="gui")
@pytest.mark.qt_log_ignore("propagateSizeHints")
@pytest.mark.parametrize("rows", [5_000, 20_000])
def test_timer__is_never_50_ms_late_during_import_and_solve(tmp_path, benchmark, rows):
    found = benchmark.pedantic(lateness, args=(tmp_path, rows), rounds=1)
    for phase, _ticks, p99, worst in found:
        benchmark.extra_info[phase] = {"p99_ms": p99, "max_ms": worst}
        assert worst < 50 * SLACK, phase


def main():
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seconds = first_paint_seconds(folder)
        print("first paint, s:", [round(s, 3) for s in seconds])
        for rows in (5_000, 20_000):
            for phase, ticks, p99, worst in lateness(Path(tempfile.mkdtemp(dir=folder)), rows):
                print(
                    f"timer during {phase} ({rows:,} rows): {ticks} ticks, p99 {p99:.1f} ms, "
                    f"max {worst:.1f} ms late"
                )
    for what, ms in table_milliseconds().items():
        print(f"{what}: {ms:.1f} ms")


if __name__ == "__main__":
    main()

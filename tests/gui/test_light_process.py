"""The window's process stays light: no solver, no data frames, whatever is opened and planned."""

import os
import subprocess
import sys
from pathlib import Path

FORBIDDEN = ("cvxpy", "pandas", "scipy", "scipy.stats", "clarabel", "scs")
ROOT = Path(__file__).resolve().parents[2]

_START = """
import sys
from PySide6.QtWidgets import QApplication
app = QApplication([])
from harvestdesk.gui.app import build_window
window = build_window(app)
heavy = [m for m in ("sqlalchemy", "numpy") if m in sys.modules]
window.painted.connect(app.quit)
window.show()
app.exec()
assert not heavy, f"imported before the first paint: {heavy}"
"""

_PLAN = """
import sys
from PySide6.QtWidgets import QApplication

def main():
    app = QApplication([])
    from harvestdesk.gui.app import build_window
    window = build_window(app)
    window.show()
    failed = []
    for sign in (window.desk.failed, window.desk.not_opened):
        sign.connect(lambda title, error: (failed.append(f"{title}: {error!r}"), app.quit()))
    window.desk.opened.connect(lambda loaded: window.actions_by_key["plan.run"].trigger())
    window.desk.planned.connect(lambda proposal: app.quit())
    window.desk.open_sample()
    app.exec()
    window.close()
    assert not failed, failed
    print(window.current_page)
    found = [m for m in %r if m in sys.modules]
    assert not found, f"the window's process imported {found}"

if __name__ == "__main__":
    main()
"""


def run(tmp_path, code):
    script = tmp_path / "script.py"
    script.write_text(code, encoding="utf-8")
    env = dict(
        os.environ,
        PYTHONPATH=str(ROOT),
        QT_QPA_PLATFORM="offscreen",
        HARVESTDESK_HOME=str(tmp_path / "home"),
    )
    return subprocess.run(
        [sys.executable, str(script)],
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_start__imports_nothing_heavy_before_the_first_paint(tmp_path):
    done = run(tmp_path, _START)
    assert done.returncode == 0, done.stderr


def test_sample_planned__without_a_solver_in_this_process(tmp_path):
    done = run(tmp_path, _PLAN % (FORBIDDEN,))
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "plan"

"""What each entry loads: the command line never the window, neither of them Qt before it is needed."""

import subprocess
import sys

import pytest

CLI = """
import sys
sys.modules["PySide6"] = None
from harvestdesk.__main__ import cli
code = cli(["households", "--json"])
assert code == 0, code
loaded = [m for m in sys.modules if m.startswith("harvestdesk.gui") or m in {"cvxpy", "pandas"}]
assert not loaded, loaded
"""


@pytest.mark.parametrize("script", [CLI])
def test_the_command_line_runs_without_qt(script, tmp_path):
    environment = {
        "HARVESTDESK_HOME": str(tmp_path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PATH": "/usr/bin",
    }
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[]\n"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has no screen")
def test_the_window_without_a_screen_says_so_and_ends_with_2(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "harvestdesk"],
        capture_output=True,
        text=True,
        env={"HARVESTDESK_HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1", "PATH": "/usr/bin"},
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "harvestdesk-cli" in done.stderr

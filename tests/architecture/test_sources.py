"""What no linter here checks: layers without Qt, no floats where money lives, sizes, nothing of the build machine."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "harvestdesk"
MODULES = sorted(PACKAGE.rglob("*.py"))
EXACT_ROOMS = ("tax", "washsale", "orders", "reports", "importers")
HARD_MODULE_LINES = 600
HARD_FUNCTION_LINES = 60


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _trees() -> list[tuple[Path, ast.Module]]:
    return [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in MODULES]


def test_headless__everything_below_gui_imports_without_qt() -> None:
    below = [_name(p) for p in MODULES if "gui" not in p.parts and p.name != "__main__.py"]
    code = (
        "import sys\n"
        "sys.modules['PySide6'] = None\nsys.modules['shiboken6'] = None\n"
        f"for name in {below!r}:\n    __import__(name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("room", EXACT_ROOMS)
def test_money__no_float_where_money_lives(room: str) -> None:
    found = []
    for path, tree in _trees():
        if room not in path.relative_to(PACKAGE).parts[:1]:
            continue
        for node in ast.walk(tree):
            literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
            call = (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "float"
            )
            if literal or call:
                found.append(f"{_name(path)}:{node.lineno}")
    assert not found


def test_clock__only_services_clock_reads_it() -> None:
    reads = re.compile(r"\b(date\.today|datetime\.(now|utcnow|today))\(")
    found = [
        _name(p)
        for p in MODULES
        if reads.search(p.read_text(encoding="utf-8")) and p.name != "clock.py"
    ]
    assert not found


def test_sizes__modules_and_functions_stay_readable() -> None:
    large = [
        f"{_name(p)}: {n} lines"
        for p in MODULES
        if (n := p.read_text(encoding="utf-8").count("\n")) > HARD_MODULE_LINES
    ]
    for path, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > HARD_FUNCTION_LINES:
                    large.append(f"{_name(path)}.{node.name}: {lines} lines")
    assert not large


def test_project__names_no_registry_and_no_machine_path() -> None:
    banned = re.compile(r"pypi\.org|pythonhosted|deb\.debian|/work/|/root/|/tmp/w\b", re.IGNORECASE)
    listed = subprocess.run(
        ["git", "ls-files", "-z"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if (
            path.suffix in {".png", ".pdf", ".harvest", ".sqlite"}
            or path == Path(__file__)
            or not path.is_file()
        ):
            continue
        if banned.search(path.read_text(encoding="utf-8", errors="replace")):
            found.append(name)
    assert not found


def test_glossary__has_one_row_per_word() -> None:
    rows = re.findall(
        r"^\| \*\*(.+?)\*\*",
        (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert len(rows) > 40
    assert len(rows) == len(set(rows))

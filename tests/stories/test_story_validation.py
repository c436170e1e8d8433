"""The script behind docs/validation.md, section 1, still finds what the page says."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def script():
    """The script as a module."""
    spec = importlib.util.spec_from_file_location(
        "validation_samples", ROOT / "benchmarks" / "validation_samples.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_row_of_the_page_is_what_the_script_prints(shared, script, capsys):
    if not script.SAMPLES.is_dir():
        pytest.skip("no ../shared/samples")
    assert script.print_table() == 0
    printed = capsys.readouterr().out.splitlines()
    page = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    assert len(printed) > 30
    # The day of "today" stands in no row; everything else is a matter of the files.
    assert [line for line in printed if line not in page] == []


def test_without_samples_it_says_so(script, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(script, "SAMPLES", tmp_path / "none")
    assert script.print_table() == 0
    assert "skipped" in capsys.readouterr().out

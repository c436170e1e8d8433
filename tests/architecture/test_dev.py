"""dev.py: what it asks of a machine and what it says when something is missing."""

import ctypes
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def dev(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(sys, "platform", "linux")
    return module


def _no_library(name: str) -> None:
    raise OSError(f"{name}: cannot open shared object file")


def test_libraries__offscreen_needs_six_packages(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", _no_library)
    assert len(dev.missing_libraries(display=False)) == 6
    assert "libxcb-cursor0" in dev.missing_libraries(display=True)


def test_libraries__not_root_prints_the_command_and_exits_2(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", _no_library)
    monkeypatch.setattr(dev.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(dev.os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit) as stopped:
        dev.install_libraries(display=False)
    assert stopped.value.code == 2
    assert "sudo apt-get install -y --no-install-recommends" in capsys.readouterr().out.replace(
        "apt-get update && sudo ", ""
    )


def test_python__an_old_one_is_refused_with_2(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "OLDEST", (99, 0))
    with pytest.raises(SystemExit) as stopped:
        dev.set_up()
    assert stopped.value.code == 2


def test_setup__a_second_run_installs_nothing(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(dev, "install_libraries", lambda _display: None)
    monkeypatch.setattr(dev, "VENV", tmp_path)
    monkeypatch.setattr(dev, "STAMP", tmp_path / "stamp")
    monkeypatch.setattr(dev, "must", lambda *_: pytest.fail("something was installed"))
    dev.python().parent.mkdir(parents=True)
    dev.python().touch()
    dev.STAMP.write_text(dev.fingerprint(), encoding="utf-8")
    dev.set_up()


def test_constraints__pin_every_line_exactly() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert len(pins) > 20
    assert all("==" in pin and "://" not in pin and "@" not in pin for pin in pins)

#!/usr/bin/env python3
"""Set up and drive HarvestDesk from a bare Python: `python3 dev.py demo`, `test`, `run`, `lint`, `bench`.

Standard library only. Makes `.venv`, installs the pinned dependencies and the project, and, on Linux,
the system libraries Qt needs. A second run finds everything in place and starts at once.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "harvestdesk-setup"
OLDEST = (3, 11)

# Debian package -> shared library that proves it is there. The first six are enough for the offscreen
# platform; the rest are what Qt's xcb plugin needs on a real display.
OFFSCREEN = {
    "libgl1": "libGL.so.1",
    "libegl1": "libEGL.so.1",
    "libxkbcommon0": "libxkbcommon.so.0",
    "libfontconfig1": "libfontconfig.so.1",
    "libglib2.0-0": "libglib-2.0.so.0",
    "libdbus-1-3": "libdbus-1.so.3",
}
DISPLAY = {
    "libxcb-cursor0": "libxcb-cursor.so.0",
    "libxcb-icccm4": "libxcb-icccm.so.4",
    "libxcb-keysyms1": "libxcb-keysyms.so.1",
    "libxcb-image0": "libxcb-image.so.0",
    "libxcb-render-util0": "libxcb-render-util.so.0",
    "libxcb-randr0": "libxcb-randr.so.0",
    "libxcb-shape0": "libxcb-shape.so.0",
    "libxcb-shm0": "libxcb-shm.so.0",
    "libxcb-sync1": "libxcb-sync.so.1",
    "libxcb-xfixes0": "libxcb-xfixes.so.0",
    "libxcb-xkb1": "libxcb-xkb.so.1",
    "libxcb-util1": "libxcb-util.so.1",
    "libx11-xcb1": "libX11-xcb.so.1",
    "libxkbcommon-x11-0": "libxkbcommon-x11.so.0",
}


def say(text: str) -> None:
    """Print one line at once."""
    print(f"dev.py: {text}", flush=True)


def program(name: str) -> Path:
    """Return a program of the project's virtual environment."""
    return VENV / (f"Scripts/{name}.exe" if os.name == "nt" else f"bin/{name}")


def python() -> Path:
    """Return the interpreter of the project's virtual environment."""
    return program("python")


def run(command: list[str], **extra: str) -> int:
    """Run a command in the project's folder and return its exit code."""
    environment = {**os.environ, **extra}
    # Without bytecode every start compiles the project anew, which takes seconds.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.call(command, cwd=ROOT, env=environment)


def must(command: list[str], what: str) -> None:
    """Run a command, or stop with exit code 1 and say what failed."""
    if run(command) != 0:
        say(f"{what} failed; the lines above say why")
        raise SystemExit(1)


def missing_libraries(display: bool) -> list[str]:
    """Return the Debian packages of the Qt system libraries that can't be loaded."""
    if not sys.platform.startswith("linux"):
        return []
    missing = []
    for package, library in {**OFFSCREEN, **(DISPLAY if display else {})}.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    return missing


def install_libraries(display: bool) -> None:
    """Install missing Qt libraries when that is possible, otherwise print the command and exit 2."""
    missing = missing_libraries(display)
    if not missing:
        return
    install = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if shutil.which("apt-get") is None:
        say(f"Qt needs system libraries that are missing: {', '.join(missing)} (Debian's names)")
        say("install them with your system's package manager, then run this again")
        raise SystemExit(2)
    if not is_root:
        say("Qt needs system libraries that are missing. Run this, then this command again:")
        print(f"  sudo apt-get update && sudo {' '.join(install)}", flush=True)
        raise SystemExit(2)
    say(f"installing system libraries for Qt: {', '.join(missing)}")
    os.environ.setdefault("DEBIAN_FRONTEND", "noninteractive")
    must(["apt-get", "update", "-qq"], "apt-get update")
    must(["apt-get", "-qq", *install[1:]], "installing the system libraries")


def fingerprint() -> str:
    """Return what the installed environment depends on, as a digest."""
    digest = hashlib.sha256(sys.version.encode() + str(ROOT).encode())
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def set_up(display: bool = False) -> None:
    """Make the environment ready; quick when it already is."""
    if sys.version_info < OLDEST:
        say(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {sys.version.split()[0]}")
        raise SystemExit(2)
    install_libraries(display)
    current = fingerprint()
    if python().exists() and STAMP.exists() and STAMP.read_text(encoding="utf-8") == current:
        return
    say("making .venv and installing the pinned dependencies (once)")
    try:
        venv.create(VENV, with_pip=True, clear=VENV.exists())
    except (OSError, subprocess.CalledProcessError) as error:
        say(f"could not make .venv ({error}); on Debian or Ubuntu: apt-get install python3-venv")
        raise SystemExit(2) from error
    pip = [str(python()), "-m", "pip", "--disable-pip-version-check", "install", "-q"]
    must([*pip, "-c", "constraints.txt", "-e", ".[dev]"], "installing the dependencies")
    STAMP.write_text(current, encoding="utf-8")


def demo(extra: list[str]) -> int:
    """Run the main job on the sample household: from files to paper, orders and screenshots."""
    set_up()
    arguments = extra if "--out" in extra else ["--out", "out/demo", *extra]
    command = [str(program("harvestdesk-cli")), "demo", *arguments]
    return run(command, QT_QPA_PLATFORM="offscreen")


def lint(_extra: list[str]) -> int:
    """Run the style, type and layer checks."""
    set_up()
    checks = {
        "ruff": ["-m", "ruff", "check", "."],
        "ruff format": ["-m", "ruff", "format", "--check", "."],
        "mypy": ["-m", "mypy"],
        "import-linter": ["-c", "from importlinter.cli import lint_imports_command as c; c()"],
    }
    failed = []
    for name, arguments in checks.items():
        say(name)
        if run([str(python()), *arguments]) != 0:
            failed.append(name)
    if failed:
        say(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def test(extra: list[str]) -> int:
    """Run the whole suite: style, types, layers, then every test (or pytest with your arguments)."""
    set_up()
    pytest = [str(python()), "-m", "pytest", *(extra or ["-n", "2", "--dist", "loadfile"])]
    # One BLAS thread each: two workers share the cores, and sums stay reproducible.
    settings = {"QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    if extra:
        return run(pytest, **settings)
    linted = lint([])
    tested = run(pytest, **settings)
    if linted:
        say("the tests are done; the style, type or layer checks above failed")
    return linted or tested


def bench(extra: list[str]) -> int:
    """Run the benchmarks."""
    set_up()
    arguments = ["-m", "pytest", "benchmarks", "-o", "addopts=", "--benchmark-only", *extra]
    return run([str(python()), *arguments], QT_QPA_PLATFORM="offscreen", OMP_NUM_THREADS="1")


def window(extra: list[str]) -> int:
    """Open the window."""
    set_up(display=os.environ.get("QT_QPA_PLATFORM", "") != "offscreen")
    return run([str(python()), "-m", "harvestdesk", *extra])


def setup_only(_extra: list[str]) -> int:
    """Make the environment ready and do nothing else."""
    set_up()
    say(f"ready: {python()}")
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "demo": demo,
    "test": test,
    "run": window,
    "lint": lint,
    "bench": bench,
    "setup": setup_only,
}


def main() -> int:
    """Parse the command and run it."""
    parser = argparse.ArgumentParser(
        prog="dev.py",
        description="Set up and drive HarvestDesk.",
        epilog="\n".join(f"  {n:6} {f.__doc__}" for n, f in COMMANDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS)
    chosen, extra = parser.parse_known_args()
    return COMMANDS[chosen.command](extra)


if __name__ == "__main__":
    raise SystemExit(main())

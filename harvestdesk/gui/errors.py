"""Errors in words, and a hook that no exception slips past: words for the person, no amounts in the log."""

import logging
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from harvestdesk.domain.errors import HarvestError

_log = logging.getLogger("harvestdesk")
LOG_NAME = "harvestdesk.log"


def words_of(error: BaseException) -> str:
    """Return what to tell the person: the message of a foreseen error, plain words otherwise."""
    if isinstance(error, HarvestError):
        return error.message
    if isinstance(error, FileNotFoundError):
        return f"The file {error.filename} is not there any more."
    if isinstance(error, PermissionError):
        return f"There is no permission to use {error.filename}. Choose another place."
    return (
        "Something went wrong that nobody foresaw. Nothing was written. "
        "The log names the place in the program, without any of your data."
    )


def trace_without_values(error: BaseException) -> str:
    """Return file, line and function of each frame and the error's type; never its text."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"  {Path(f.filename).name}:{f.lineno} {f.name}" for f in frames]
    code = error.code if isinstance(error, HarvestError) else ""
    return "\n".join([f"{type(error).__name__} {code}".rstrip(), *lines])


def install_hook(show: Callable[[str], None]) -> Callable[[], None]:
    """Catch what no slot caught: log where, tell the person. Returns the way to take the hook out."""
    before = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            before(kind, error, trace)
            return
        _log.error("Unforeseen: %s", trace_without_values(error))
        show(words_of(error))

    def uninstall() -> None:
        sys.excepthook = before

    sys.excepthook = hook
    return uninstall


def log_to(folder: Path) -> logging.Handler:
    """Write the program's log into a folder only its owner can read; returns the handler."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / LOG_NAME
    handler = logging.FileHandler(path, encoding="utf-8", delay=False)
    path.chmod(0o600)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    _log.addHandler(handler)
    _log.setLevel(logging.INFO)
    return handler

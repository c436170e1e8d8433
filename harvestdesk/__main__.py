"""Where everything is put together: the window, the command line, and what each is handed."""

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from harvestdesk.reports.document import Report


def window(argv: Sequence[str] | None = None) -> int:
    """Open the window, on the household file given as the only argument if there is one."""
    multiprocessing.freeze_support()  # must come first in a frozen worker process
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not _has_display(sys.platform, os.environ):
        sys.stderr.write(
            "HarvestDesk needs a screen, and none is set here (DISPLAY or WAYLAND_DISPLAY). "
            "The command line does the same work without one: harvestdesk-cli --help\n"
        )
        return 2
    from harvestdesk.gui.app import main

    return main(Path(arguments[0]) if arguments else None)


def cli(argv: Sequence[str] | None = None) -> int:
    """Run the command line; Qt is loaded only for PDF files and pictures."""
    multiprocessing.freeze_support()
    from harvestdesk.cli.main import main

    code = main(argv, paper=_paper, screens=_screens)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader left early; without this, Python complains once more while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _has_display(platform: str, environment: Mapping[str, str]) -> bool:
    """Return whether a window can open; without a screen Qt would abort the process."""
    if not platform.startswith("linux"):
        return True
    return any(environment.get(k) for k in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _paper(report: Report, path: Path) -> None:
    """Write a report as PDF."""
    _without_display()
    from harvestdesk.gui.printing import render_pdf

    render_pdf(report, path)


def _screens(book: Path, folder: Path) -> None:
    """Save pictures of the window."""
    _without_display()
    from harvestdesk.gui.screenshots import save_screens

    save_screens(book, folder)


def _without_display() -> None:
    """Paper and pictures need no screen: nothing may flash up, and a server has none."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


if __name__ == "__main__":
    sys.exit(window())

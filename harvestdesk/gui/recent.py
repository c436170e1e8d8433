"""File, Open recent: the household files opened last."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu


class RecentMenu(QMenu):
    """One numbered line per file that is still there."""

    def __init__(self, open_file: Callable[[Path], object]) -> None:
        super().__init__("Open &recent")
        self.setToolTipsVisible(True)
        self._open_file = open_file

    def show_paths(self, paths: Sequence[str]) -> None:
        """Replace the lines; the menu can't be opened while there are none."""
        self.clear()
        here = [path for text in paths if (path := Path(text)).is_file()]
        for number, path in enumerate(here, start=1):
            action = QAction(f"&{number}  {path.stem.replace('&', '&&')}", self)
            action.setToolTip(str(path))
            action.triggered.connect(lambda _checked=False, path=path: self._open_file(path))
            self.addAction(action)
        self.menuAction().setEnabled(bool(here))

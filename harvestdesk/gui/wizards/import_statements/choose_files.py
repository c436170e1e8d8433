"""Page 1: which files."""

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
)

from harvestdesk.gui.a11y import name
from harvestdesk.gui.theme import Theme
from harvestdesk.gui.widgets.wizard_frame import WizardPage
from harvestdesk.gui.wizards.import_statements.draft import Draft

_PATH = int(Qt.ItemDataRole.UserRole)
_WORDS = (
    "Drop files here or add them: positions, lot details and transactions of Schwab, Fidelity or "
    "Interactive Brokers (Flex XML), prices, or HarvestDesk's own CSV. What they are is found out "
    "from their content."
)


class ChooseFilesPage(WizardPage):
    """A list of files that takes drops.

    Signals:
        files_changed: files were added or removed.
    """

    step = "Files"
    question = "Which statements do you want to import?"
    next_text = "&Read files"

    files_changed = Signal()

    def __init__(self, theme: Theme, draft: Draft, folder: str) -> None:
        super().__init__(theme)
        self._draft = draft
        self._folder = folder
        words = QLabel(_WORDS)
        words.setWordWrap(True)
        self.list = name(QListWidget(), "Files to import")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.add_button = QPushButton("&Add files…")
        self.remove_button = QPushButton("Re&move")
        self.add_button.clicked.connect(self._on_add)
        self.remove_button.clicked.connect(self._on_remove)
        self.list.itemSelectionChanged.connect(self._on_selection_changed)
        QShortcut(QKeySequence(Qt.Key.Key_Delete), self.list, self._on_remove)
        buttons = QHBoxLayout()
        buttons.addWidget(self.add_button)
        buttons.addWidget(self.remove_button)
        buttons.addStretch(1)
        self.body.addWidget(words)
        self.body.addWidget(self.list, 1)
        self.body.addLayout(buttons)
        self.setAcceptDrops(True)
        self._on_selection_changed()

    def add(self, paths: Iterable[Path]) -> None:
        """Add files that are not in the list yet."""
        for path in paths:
            if path not in self._draft.paths:
                self._draft.paths.append(path)
                item = QListWidgetItem(f"{path.name}   in {path.parent.name}")
                item.setToolTip(str(path))
                item.setData(_PATH, str(path))
                self.list.addItem(item)
        self.files_changed.emit()

    def problem(self) -> str:
        """There must be a file."""
        return "" if self._draft.paths else "Add at least one file."

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Welcome files."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Add what was dropped."""
        urls = [u for u in event.mimeData().urls() if u.isLocalFile()]
        self.add(p for u in urls if (p := Path(u.toLocalFile())).is_file())
        event.acceptProposedAction()

    def _on_add(self) -> None:
        chosen, _ = QFileDialog.getOpenFileNames(
            self, "Add files", self._folder, "Statements (*.csv *.xml *.txt);;All files (*)"
        )
        if chosen:
            self._folder = str(Path(chosen[0]).parent)
            self.add(Path(c) for c in chosen)

    def _on_remove(self) -> None:
        for item in self.list.selectedItems():
            self._draft.paths.remove(Path(item.data(_PATH)))
            self.list.takeItem(self.list.row(item))
        self.files_changed.emit()

    def _on_selection_changed(self) -> None:
        self.remove_button.setEnabled(bool(self.list.selectedItems()))

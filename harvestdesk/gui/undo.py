"""Edit menu: undo and redo say what they would take back or make again."""

from dataclasses import dataclass

from PySide6.QtGui import QAction


@dataclass(frozen=True, slots=True)
class UndoState:
    """Labels of the steps at hand, None where there is none."""

    undo: str | None = None
    redo: str | None = None


def show_undo(undo: QAction, redo: QAction, state: UndoState, *, writable: bool) -> None:
    """Put the labels on the actions and make them usable or not."""
    undo.setText(f"&Undo {state.undo}" if state.undo else "&Undo")
    redo.setText(f"&Redo {state.redo}" if state.redo else "&Redo")
    undo.setEnabled(writable and state.undo is not None)
    redo.setEnabled(writable and state.redo is not None)

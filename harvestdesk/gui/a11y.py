"""Names for people who listen instead of look; a test fails on a focusable widget without one."""

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QGroupBox, QLabel, QWidget

W = TypeVar("W", bound=QWidget)

_INNER = ("qt_", "QComboBoxPrivate", "ScrollLeftButton", "ScrollRightButton")


def name(widget: W, text: str, description: str = "") -> W:
    """Give a widget its accessible name and description, and hand it back."""
    widget.setAccessibleName(text)
    if description:
        widget.setAccessibleDescription(description)
    return widget


def nameless(root: QWidget) -> list[str]:
    """Return the focusable widgets below `root` that a screen reader could not announce."""
    window = root.window()
    # Lists that drop down from a field are windows of their own and speak for that field.
    widgets = [w for w in (root, *root.findChildren(QWidget)) if w.window() is window]
    buddies = {id(label.buddy()) for label in root.findChildren(QLabel)}
    silent = [w for w in widgets if _needs_name(w) and id(w) not in buddies and not _speaks(w)]
    return [f"{type(w).__name__} {w.objectName()!r} in {type(w.parent()).__name__}" for w in silent]


def plain(text: str) -> str:
    """Return the text of an action without its mnemonic and dots, for people who listen."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").rstrip("….")


def _needs_name(widget: QWidget) -> bool:
    if widget.focusPolicy() == Qt.FocusPolicy.NoFocus or widget.isWindow():
        return False
    if widget.focusProxy() is not None:
        return False
    return not any(widget.objectName().startswith(prefix) for prefix in _INNER)


def _speaks(widget: QWidget) -> bool:
    if widget.accessibleName():
        return True
    if isinstance(widget, QAbstractButton | QLabel):
        return bool(widget.text())
    return isinstance(widget, QGroupBox) and bool(widget.title())

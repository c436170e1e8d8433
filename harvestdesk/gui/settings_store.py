"""Window geometry, and nothing else, in QSettings; preferences live in services.preferences."""

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QMainWindow

from harvestdesk.services.preferences import config_folder

_GEOMETRY = "window/geometry"


class WindowStore:
    """Remembers where the window stood."""

    def __init__(self, settings: QSettings | None = None) -> None:
        path = config_folder() / "window.ini"
        self._settings = settings or QSettings(str(path), QSettings.Format.IniFormat)

    def restore(self, window: QMainWindow) -> bool:
        """Put the window where it was; False when nothing usable is stored."""
        geometry = self._settings.value(_GEOMETRY)
        return isinstance(geometry, QByteArray) and window.restoreGeometry(geometry)

    def save(self, window: QMainWindow) -> None:
        """Remember where the window is."""
        self._settings.setValue(_GEOMETRY, window.saveGeometry())
        self._settings.sync()

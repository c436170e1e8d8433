"""What the person likes: a small JSON file in the user's own configuration folder.

Nothing of a household is in it but the paths of the books opened last.
"""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from harvestdesk.domain.files import atomic_write_text

SCHEMA_VERSION = 1
RECENT_LIMIT = 8


@dataclass(frozen=True, slots=True)
class Preferences:
    """Settings of the program, not of a household.

    Attributes:
        theme: "system", "light", "dark" or "contrast".
        recent_books: paths of household files, the last one opened first.
        discreet: amounts are hidden on screen.
        import_folder, export_folder: where the file dialogs open.
        order_format: order file preselected for export.
        tracking_error_bp: limit a new harvest starts from, in basis points a year, as text.
        window: window geometry and column layouts by name, opaque to everything but the window.
    """

    theme: str = "system"
    recent_books: tuple[str, ...] = ()
    discreet: bool = False
    import_folder: str = ""
    export_folder: str = ""
    order_format: str = "ibkr-basket"
    tracking_error_bp: str = "35"
    window: Mapping[str, str] = field(default_factory=dict)
    schema_version: int = SCHEMA_VERSION

    def with_recent(self, path: Path) -> "Preferences":
        """Return the preferences with `path` as the book opened last."""
        text = str(path)
        others = tuple(p for p in self.recent_books if p != text)
        return replace(self, recent_books=(text, *others)[:RECENT_LIMIT])


def config_folder() -> Path:
    """Return the user's configuration folder for HarvestDesk (it may not exist yet)."""
    home = os.environ.get("HARVESTDESK_HOME")
    if home:
        return Path(home)
    return _platform_folder("XDG_CONFIG_HOME", ".config")


def data_folder() -> Path:
    """Return the folder households are kept in: HARVESTDESK_HOME or the platform's own place."""
    home = os.environ.get("HARVESTDESK_HOME")
    if home:
        return Path(home)
    return _platform_folder("XDG_DATA_HOME", ".local/share")


def _platform_folder(variable: str, unix: str) -> Path:
    if sys.platform == "win32":
        return (
            Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming") / "HarvestDesk"
        )
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "HarvestDesk"
    return Path(os.environ.get(variable) or Path.home() / unix) / "harvestdesk"


def preferences_path() -> Path:
    """Return where the preferences are kept."""
    return config_folder() / "preferences.json"


def load_preferences(path: Path | None = None) -> Preferences:
    """Return the stored preferences; a missing, damaged or newer file gives the defaults."""
    path = path or preferences_path()
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Preferences()
    if not isinstance(data, dict) or data.get("schema_version") != SCHEMA_VERSION:
        return Preferences()
    return Preferences(**_usable(data))


def save_preferences(preferences: Preferences, path: Path | None = None) -> None:
    """Write the preferences in one step: the file holds the old state or the new one."""
    path = path or preferences_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    data = asdict(preferences)
    data["window"] = dict(preferences.window)
    atomic_write_text(path, json.dumps(data, indent=2, sort_keys=True) + "\n")


def _usable(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields whose stored value has the type of the default."""
    usable: dict[str, Any] = {}
    for spec in fields(Preferences):
        value = data.get(spec.name)
        default = getattr(Preferences(), spec.name)
        if isinstance(default, tuple) and isinstance(value, list):
            value = tuple(str(v) for v in value)
        elif isinstance(default, Mapping) and isinstance(value, dict):
            value = {str(k): str(v) for k, v in value.items()}
        if type(value) is type(default):
            usable[spec.name] = value
    return usable

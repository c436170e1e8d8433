"""Finds resources in a checkout, an installed wheel and a frozen build."""

import sys
from pathlib import Path


def resources_folder() -> Path:
    """Return the folder that holds `sample`, `replacements`, `icons` and the rest.

    Raises:
        FileNotFoundError: when the installation is incomplete.
    """
    package = Path(__file__).resolve().parent
    candidates = [package / "_resources", package.parent / "resources"]
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen:
        candidates.insert(0, Path(frozen) / "harvestdesk" / "_resources")
        candidates.insert(1, Path(frozen) / "resources")
    for folder in candidates:
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"HarvestDesk's resources are missing; looked in {candidates[-1]}")


def resource(*parts: str) -> Path:
    """Return the path of one resource, such as `resource("sample", "prices.csv")`."""
    return resources_folder().joinpath(*parts)

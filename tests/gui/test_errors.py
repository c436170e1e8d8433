"""Errors come as words; the log names places, never amounts or names."""

import logging
import sys

import pytest

from harvestdesk.domain.errors import BadInputError
from harvestdesk.gui.errors import install_hook, log_to, trace_without_values, words_of


def test_words__of_foreseen_and_unforeseen_errors():
    assert words_of(BadInputError("The file is from a newer version.")) == (
        "The file is from a newer version."
    )
    said = words_of(ZeroDivisionError("Robin Small 71,400.00"))
    assert "Robin" not in said
    assert "Nothing was written" in said
    assert "not there" in words_of(FileNotFoundError(2, "x", "/tmp/a.csv"))
    assert "permission" in words_of(PermissionError(13, "x", "/tmp/a.csv"))


def raised(error):
    with pytest.raises(type(error)) as caught:
        raise error
    return caught.value


def test_trace__names_places_without_values():
    text = trace_without_values(raised(KeyError("Robin Small")))
    assert "test_errors.py" in text
    assert "KeyError" in text
    assert "Robin" not in text


def test_hook__tells_the_person_and_logs_the_place(tmp_path):
    shown = []
    handler = log_to(tmp_path / "log")
    uninstall = install_hook(shown.append)
    try:
        error = raised(ValueError("account 1234-5678 of Robin"))
        sys.excepthook(type(error), error, error.__traceback__)
    finally:
        uninstall()
        handler.close()
        logging.getLogger("harvestdesk").removeHandler(handler)
    log = (tmp_path / "log" / "harvestdesk.log").read_text(encoding="utf-8")
    assert len(shown) == 1
    assert "ValueError" in log
    assert "1234" not in log
    assert "Robin" not in log
    assert (tmp_path / "log" / "harvestdesk.log").stat().st_mode & 0o077 == 0

"""Preferences survive, and a damaged or foreign file never stops the program."""

import json
from dataclasses import replace

import pytest

from harvestdesk.services.preferences import (
    RECENT_LIMIT,
    Preferences,
    data_folder,
    load_preferences,
    preferences_path,
    save_preferences,
)


def test_what_is_saved_is_loaded(tmp_path):
    path = tmp_path / "deep" / "preferences.json"
    mine = Preferences(theme="dark", recent_books=("/a", "/b"), discreet=True, window={"x": "1"})
    save_preferences(mine, path)
    assert load_preferences(path) == mine


@pytest.mark.parametrize(
    "text", ["", "not json", "[]", '{"schema_version": 99, "theme": "dark"}', '{"theme": "dark"}']
)
def test_a_missing_damaged_or_newer_file_gives_the_defaults(tmp_path, text):
    path = tmp_path / "preferences.json"
    assert load_preferences(path) == Preferences()
    path.write_text(text)
    assert load_preferences(path) == Preferences()


def test_a_value_of_the_wrong_kind_falls_back_alone(tmp_path):
    path = tmp_path / "preferences.json"
    path.write_text(json.dumps({"schema_version": 1, "theme": 7, "discreet": True, "new": "x"}))
    assert load_preferences(path) == replace(Preferences(), discreet=True)


def test_the_last_book_is_first_and_the_list_ends(tmp_path):
    prefs = Preferences()
    for n in range(RECENT_LIMIT + 3):
        prefs = prefs.with_recent(tmp_path / str(n))
    prefs = prefs.with_recent(tmp_path / "5")
    assert prefs.recent_books[0] == str(tmp_path / "5")
    assert len(set(prefs.recent_books)) == len(prefs.recent_books) == RECENT_LIMIT


def test_one_variable_moves_everything(tmp_path, monkeypatch):
    monkeypatch.setenv("HARVESTDESK_HOME", str(tmp_path))
    assert data_folder() == tmp_path
    assert preferences_path() == tmp_path / "preferences.json"

"""The Rebalance page with a real worker: the slider moves, figures follow, nobody waits; scenarios side by side."""

import time
from decimal import Decimal

import pytest
from gui_help import settle
from PySide6.QtCore import Qt, QTimer

from harvestdesk.gui import a11y


@pytest.fixture
def sample(make_window, qtbot):
    window = make_window()
    with qtbot.waitSignal(window.desk.opened, timeout=60_000):
        window.actions_by_key["household.sample"].trigger()
    window.navigate("rebalance", {})
    return window


class Beat:
    """Counts turns of the event loop and the longest pause between two."""

    def __init__(self):
        self.turns, self.longest, self._last = 0, 0.0, time.perf_counter()
        self.timer = QTimer()
        self.timer.setInterval(2)
        self.timer.timeout.connect(self._tick)
        self.timer.start()

    def _tick(self):
        now = time.perf_counter()
        self.turns += 1
        self.longest, self._last = max(self.longest, now - self._last), now

    def stop(self):
        self.timer.stop()
        return self


def test_slider__figures_follow_while_the_window_goes_on(sample, qtbot):
    page = sample.pages["rebalance"]
    live = page.choices.live
    figure = page.choices.live_line.labels["Orders"]
    qtbot.waitUntil(lambda: bool(figure.text()), timeout=60_000)
    talk = live.talk.talk
    asked_before = talk.asked
    beat = Beat()
    for step in range(40, 80):
        page.panel.risk.slider.setValue(step)
        qtbot.wait(10)
    qtbot.waitUntil(lambda: talk.answered + talk.dropped == talk.asked, timeout=60_000)
    beat.stop()
    assert talk.asked - asked_before >= 39
    assert talk.answered > 1  # it follows; it doesn't wait for the hand to stop
    assert beat.longest < 0.5, beat.longest  # a blocked question would hold it for seconds
    assert sample.runner.running == ()  # nobody is told to wait
    sample.navigate("overview", {})
    assert live.talk is None
    qtbot.waitUntil(lambda: sample.runner._workers.processes() == 0, timeout=5000)


def test_scenarios__kept_compared_renamed_dropped_each_in_one_step(sample, qtbot):
    window, page = sample, sample.pages["rebalance"]
    assert not window.actions_by_key["scenario.keep"].isEnabled()
    for aversion in (10, 1000):
        page.panel.risk.show_value(Decimal(aversion))
        with qtbot.waitSignal(window.desk.planned, timeout=60_000):
            window.actions_by_key["plan.trades"].trigger()
        settle(qtbot, window)
        with qtbot.waitSignal(window.desk.refreshed, timeout=20_000):
            window.actions_by_key["scenario.keep"].trigger()
        settle(qtbot, window)
    assert window.said.text() == "Kept as scenario B"
    assert window.actions_by_key["edit.undo"].text() == "&Undo Scenario B"

    window.actions_by_key["scenario.compare"].trigger()
    settle(qtbot, window)
    (dialog,) = window.commands.open_dialogs
    assert dialog.answer.text().startswith("2 scenarios: A has the least tax")
    lines = {line.label: line.texts for line in dialog.read.lines}
    assert lines["Risk aversion"] == ("10", "1000")
    assert lines["Tax this year"][0].startswith("✓ −$")
    assert a11y.nameless(dialog) == []

    dialog.new_name.setFocus()
    dialog.new_name.setText("Least tax")
    with qtbot.waitSignal(window.desk.refreshed, timeout=20_000):
        qtbot.keyClick(dialog.new_name, Qt.Key.Key_Return)
    settle(qtbot, window)
    assert dialog.notice.words == ""
    assert [row.name for row in dialog.read.table.rows] == ["Least tax", "B"]
    dialog.new_name.setText("b")
    dialog.rename_button.click()
    settle(qtbot, window)
    assert "already" in dialog.notice.words
    with qtbot.waitSignal(window.desk.refreshed, timeout=20_000):
        dialog.drop_button.click()
    settle(qtbot, window)
    assert [row.name for row in dialog.read.table.rows] == ["B"]
    dialog.accept_button.click()
    settle(qtbot, window)
    assert [row.name for row in dialog.read.table.rows] == ["B", "A"]
    dialog.print_button.click()
    settle(qtbot, window)
    preview = window.commands.open_dialogs[-1]
    assert "preview" in preview.windowTitle().lower()
    preview.reject()
    dialog.reject()


def test_scenarios__none_yet_says_what_to_do(sample, qtbot):
    sample.actions_by_key["scenario.compare"].trigger()
    settle(qtbot, sample)
    (dialog,) = sample.commands.open_dialogs
    assert "No scenario is kept yet" in dialog.answer.text()
    assert not dialog.accept_button.isEnabled()
    assert not dialog.print_button.isEnabled()
    dialog.reject()

"""The lanes: results arrive on the GUI thread, late ones never, and closing leaves nothing."""

import sys
import threading
import time

import pytest

from harvestdesk.domain.errors import BadInputError
from harvestdesk.gui.theme import Theme
from harvestdesk.gui.widgets.job_strip import JobStrip, stage_words
from harvestdesk.gui.workers.runner import JobRunner, Lane
from harvestdesk.jobs.job import Job
from harvestdesk.jobs.worker import WorkerPool


@pytest.fixture
def runner(qtbot):
    runner = JobRunner(WorkerPool(spare=False))
    yield runner
    assert runner.close()
    runner.deleteLater()


def double(inputs, token, report):
    report("solve", 0.5)
    return inputs * 2


def sleep_long(inputs, token, report):
    report("solve", 0.0)
    time.sleep(60)


def test_result__arrives_on_the_gui_thread(runner, qtbot):
    threads = []
    handle = runner.start("Read", Lane.READ, lambda token, report: threading.get_ident())
    with qtbot.waitSignal(handle.finished):
        handle.succeeded.connect(lambda value: threads.extend((value, threading.get_ident())))
    worked, heard = threads
    assert worked != threading.get_ident() == heard
    assert runner.running == ()


def test_error__arrives_as_it_was_raised(runner, qtbot):
    def fail(token, report):
        raise BadInputError("no such file", code="import.file")

    handle = runner.start("Read", Lane.READ, fail)
    with qtbot.waitSignal(handle.failed) as heard:
        pass
    assert isinstance(heard.args[0], BadInputError)


def test_defect__is_delivered_and_logged_without_its_text(runner, qtbot, caplog):
    def fail(token, report):
        raise ZeroDivisionError("71400.00")

    handle = runner.start("Read", Lane.READ, fail)
    with qtbot.waitSignal(handle.failed):
        pass
    assert "ZeroDivisionError" in caplog.text
    assert "71400.00" not in caplog.text


def test_cancel__drops_the_late_result(runner, qtbot):
    go = threading.Event()
    outcomes = []

    def slow(token, report):
        go.wait(5)
        return "late"

    handle = runner.start("Read", Lane.READ, slow)
    handle.succeeded.connect(outcomes.append)
    handle.cancelled.connect(lambda: outcomes.append("cancelled"))
    handle.cancel()
    assert outcomes == ["cancelled"]
    with qtbot.waitSignal(handle.ended):
        go.set()
    assert outcomes == ["cancelled"]


def test_write_lane__is_one_at_a_time_and_in_order(runner, qtbot):
    log, busy = [], []

    def work(number):
        def run(token, report):
            busy.append(number)
            assert len(busy) == 1
            time.sleep(0.01)
            busy.pop()
            log.append(number)

        return run

    handles = [runner.start("Write", Lane.WRITE, work(n)) for n in range(8)]
    qtbot.waitUntil(lambda: not runner.running)
    assert log == list(range(8))
    assert all(h.is_over for h in handles)


def test_progress__reaches_the_window_ten_times_a_second_at_most(runner, qtbot):
    seen = []

    def chatty(token, report):
        for n in range(3000):
            report("solve", n / 3000)
            time.sleep(0.0001)

    handle = runner.start("Solve", Lane.SOLVE, chatty)
    handle.progressed.connect(seen.append)
    begin = time.perf_counter()
    with qtbot.waitSignal(handle.finished, timeout=10_000):
        pass
    assert 1 <= len(seen) <= (time.perf_counter() - begin) * 10 + 1


def test_job__runs_in_a_process_and_is_cancelled_in_time(runner, qtbot):
    handle = runner.start_job("Double", Job(double, 21))
    with qtbot.waitSignal(handle.succeeded, timeout=20_000) as heard:
        pass
    assert heard.args == [42]
    slow = runner.start_job("Sleep", Job(sleep_long, None))
    qtbot.waitUntil(lambda: slow.progress.stage == "solve", timeout=20_000)
    begin = time.perf_counter()
    with qtbot.waitSignal(slow.ended, timeout=2000):
        slow.cancel()
    assert time.perf_counter() - begin < 0.25


def test_close__cancels_and_waits_at_most_two_seconds(qtbot):
    runner = JobRunner(WorkerPool(spare=False))
    runner.start_job("Sleep", Job(sleep_long, None))
    stop = threading.Event()
    runner.start("Read", Lane.READ, lambda token, report: stop.wait(0.3))
    begin = time.perf_counter()
    assert runner.close()
    assert time.perf_counter() - begin < 2.2
    runner.deleteLater()


def test_thousand_jobs_with_errors_and_cancels__end_cleanly(runner, qtbot):
    counts = {"done": 0, "failed": 0, "cancelled": 0}

    def work(number):
        def run(token, report):
            report("solve", 0.1)
            if number % 5 == 0:
                raise ValueError(number)
            return number

        return run

    def count(key):
        def add(*_args):
            counts[key] += 1

        return add

    for number in range(1000):
        handle = runner.start("Job", list(Lane)[number % 3], work(number))
        handle.succeeded.connect(count("done"))
        handle.failed.connect(count("failed"))
        handle.cancelled.connect(count("cancelled"))
        if number % 7 == 0:
            handle.cancel()
    qtbot.waitUntil(lambda: not runner.running, timeout=20_000)
    assert sum(counts.values()) == 1000
    assert counts["cancelled"] >= 95


def test_strip__shows_only_work_that_takes_longer_than_600_ms(runner, qtbot, theme: Theme):
    strip = JobStrip(runner, theme)
    qtbot.addWidget(strip)
    strip.show()
    go = threading.Event()
    runner.start("Reading", Lane.READ, lambda token, report: go.wait(5))
    qtbot.wait(300)
    assert strip.words == ""
    qtbot.waitUntil(lambda: strip.words.startswith("Reading"), timeout=2000)
    assert strip.stop.isVisible()
    go.set()
    qtbot.waitUntil(lambda: strip.words == "", timeout=2000)


def test_lanes__hand_the_interpreter_over_sooner_only_while_they_work(runner, qtbot):
    before = sys.getswitchinterval()
    go_on = threading.Event()
    handle = runner.start("Waiting", Lane.READ, lambda token, report: go_on.wait(10))
    other = runner.start("Quick", Lane.WRITE, lambda token, report: None)
    qtbot.waitUntil(lambda: other.is_over)
    assert sys.getswitchinterval() < before / 5
    with qtbot.waitSignal(handle.finished):
        go_on.set()
    qtbot.waitUntil(lambda: not runner.running)
    assert sys.getswitchinterval() == before


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        ("solve", "solving"),
        ("branch/12/0.31", "branching, 12 nodes, gap 0.31 %"),
        ("Reading a/b", "Reading a/b"),
    ],
)
def test_strip__words_of_a_stage_hold_its_figures(stage: str, words: str) -> None:
    assert stage_words(stage) == words

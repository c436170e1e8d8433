"""Sessions: what stays warm, the newest step wins, nobody who asks waits, and nothing is left behind."""

import multiprocessing
import os
import threading
import time

import pytest

from harvestdesk.domain.errors import NoPlanError
from harvestdesk.jobs.cancel import CancelToken
from harvestdesk.jobs.job import Job, JobDefectError, Session, WorkerLostError
from harvestdesk.jobs.session import ANSWERED, FAILED, OPENED, REFUSED, RunningSession
from harvestdesk.jobs.worker import WorkerPool


def open_counter(start):
    """Answer (pid, how often asked, step); a list of one keeps what is warm."""
    asked = [start]

    def answer(step):
        asked[0] += 1
        if step == "refuse":
            raise NoPlanError("No plan keeps every rule.", code="infeasible")
        if step == "defect":
            raise ZeroDivisionError("secret 123456.78")
        if step == "die":
            os._exit(7)
        if isinstance(step, float):
            time.sleep(step)
        return os.getpid(), asked[0], step

    return answer


def open_nothing(_inputs):
    raise NoPlanError("There is nothing to open.")


def process_id(inputs, token, report):
    return os.getpid()


class Talk:
    """A session on a thread of its own, and what it told."""

    def __init__(self, pool, session, patience=30.0):
        self.told = []
        self.news = threading.Condition()
        self.session = RunningSession(pool, session, self._tell, patience)
        self.thread = threading.Thread(target=self.session.serve)
        self.thread.start()

    def _tell(self, kind, number, value):
        with self.news:
            self.told.append((kind, number, value))
            self.news.notify_all()

    def until(self, kind, number=None, seconds=20.0):
        """Wait for something; return its value."""

        def found():
            return [v for k, n, v in self.told if k == kind and number in {None, n}]

        with self.news:
            assert self.news.wait_for(found, seconds), self.told
            return found()[0]

    def end(self):
        self.session.close()
        self.thread.join(5)
        assert not self.thread.is_alive()


@pytest.fixture
def pool():
    pool = WorkerPool(spare=False)
    yield pool
    pool.close()
    assert pool.processes() == 0
    assert not multiprocessing.active_children()


@pytest.fixture
def talk(pool):
    talks = []

    def make(session=None, patience=30.0):
        talks.append(Talk(pool, session or Session(open_counter, 0), patience))
        return talks[-1]

    yield make
    for one in talks:
        one.end()


def test_steps__are_answered_by_one_process_that_keeps_its_state(talk):
    one = talk()
    one.until(OPENED)
    answers = [one.until(ANSWERED, one.session.ask(n)) for n in range(20)]
    assert [(count, step) for _, count, step in answers] == [(n + 1, n) for n in range(20)]
    assert len({pid for pid, _, _ in answers}) == 1
    assert (one.session.asked, one.session.answered, one.session.dropped) == (20, 20, 0)


def test_newest_step__wins_and_those_between_are_never_worked_on(talk):
    one = talk()
    one.until(OPENED)
    first = one.session.ask(0.3)
    time.sleep(0.1)
    last = [one.session.ask(n) for n in range(500)][-1]
    _, count, step = one.until(ANSWERED, last)
    assert step == 499
    assert count == 2
    assert [n for k, n, _ in one.told if k == ANSWERED] == [first, last]
    assert one.session.dropped == 499
    assert one.session.asked == one.session.answered + one.session.dropped


def test_asking__never_waits_for_the_process(talk):
    one = talk()
    begin = time.perf_counter()
    for n in range(2000):  # while the process still starts, and its pipe would be full long ago
        one.session.ask(n)
    assert time.perf_counter() - begin < 1.0
    assert one.until(ANSWERED, 2000)[2] == 1999


def test_error_of_a_step__answers_it_and_the_session_goes_on(talk):
    one = talk()
    refused = one.until(REFUSED, one.session.ask("refuse"))
    assert isinstance(refused, NoPlanError)
    assert refused.code == "infeasible"
    defect = one.until(REFUSED, one.session.ask("defect"))
    assert isinstance(defect, JobDefectError)
    assert "123456.78" not in defect.message
    assert one.until(ANSWERED, one.session.ask("more"))[1] == 3


def test_what_cannot_be_opened__fails_and_its_process_takes_jobs_again(pool):
    keeping = WorkerPool()
    try:
        one = Talk(keeping, Session(open_nothing, None))
        assert "nothing to open" in one.until(FAILED).message
        one.end()
        assert one.session.is_over
        assert keeping.run(Job(process_id, None), CancelToken()) != os.getpid()
    finally:
        keeping.close()


def test_death_of_the_process__is_told(talk):
    one = talk()
    one.session.ask("die")
    assert isinstance(one.until(FAILED), WorkerLostError)
    assert one.session.is_over


def test_close__ends_a_process_at_work_at_once(pool):
    one = Talk(pool, Session(open_counter, 0))
    one.until(OPENED)
    one.session.ask(60.0)
    time.sleep(0.1)
    begin = time.perf_counter()
    one.end()
    assert time.perf_counter() - begin < 1.0
    assert pool.processes() == 0
    assert [k for k, _, _ in one.told] == [OPENED]


def test_close__hands_back_a_process_that_waits():
    pool = WorkerPool(spare=True)
    try:
        pids = set()
        for _ in range(3):
            one = Talk(pool, Session(open_counter, 0))
            pids.add(one.until(ANSWERED, one.session.ask("who"))[0])
            one.end()
        assert pool.processes() <= 2  # the spare, and at most one more on its way
        assert pool.run(Job(process_id, None), CancelToken()) != os.getpid()
    finally:
        pool.close()
    assert pool.processes() == 0


def test_step_that_takes_too_long__is_given_up_for_a_newer_one(talk):
    one = talk(patience=0.2)
    one.until(OPENED)
    one.session.ask(60.0)
    time.sleep(0.05)
    pid, count, step = one.until(ANSWERED, one.session.ask("quick"))
    assert (count, step) == (1, "quick")  # a new process, opened anew
    assert pid in {p.pid for p in multiprocessing.active_children()}
    assert one.session.asked == one.session.answered + one.session.dropped == 2


def test_long_step__is_waited_for_while_nobody_asks_anything_else(talk):
    one = talk(patience=0.05)
    one.until(OPENED)
    assert one.until(ANSWERED, one.session.ask(0.5))[1] == 1

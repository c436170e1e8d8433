"""Worker processes: results, errors, cancelling, dying, and leaving nothing behind."""

import multiprocessing
import os
import signal
import time

import pytest

from harvestdesk.domain.errors import CancelledError, NoPlanError
from harvestdesk.jobs.cancel import CancelToken
from harvestdesk.jobs.inline import run_inline
from harvestdesk.jobs.job import Job, JobDefectError, WorkerLostError
from harvestdesk.jobs.worker import WorkerPool


def double(inputs, token, report):
    report("build", None)
    report("solve", 0.5)
    return inputs * 2


def sleep_for(inputs, token, report):
    report("solve", 0.1)
    time.sleep(inputs)
    return os.getpid()


def stubborn(inputs, token, report):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    report("solve", 0.0)
    time.sleep(60)


def no_plan(inputs, token, report):
    raise NoPlanError("The cash limit and the drift limit exclude each other.", rules="cash,drift")


def defect(inputs, token, report):
    raise ZeroDivisionError("secret 123456.78")


def die(inputs, token, report):
    os._exit(7)


def process_id(inputs, token, report):
    return os.getpid()


@pytest.fixture(scope="module")
def pool():
    pool = WorkerPool()
    pool.warm_up()
    yield pool
    pool.close()
    assert pool.processes() == 0


def test_run__returns_the_result_and_passes_progress_on(pool):
    stages = []
    result = pool.run(Job(double, 21), CancelToken(), lambda s, f: stages.append((s, f)))
    assert result == 42
    assert stages[0] == ("start", None)
    assert ("solve", 0.5) in stages


def test_run__gives_the_same_as_inline(pool):
    assert pool.run(Job(double, 4), CancelToken()) == run_inline(Job(double, 4))


def test_run__reuses_the_spare(pool):
    first = pool.run(Job(process_id, None), CancelToken())
    assert pool.run(Job(process_id, None), CancelToken()) == first != os.getpid()


def test_error__keeps_its_type_words_and_facts(pool):
    with pytest.raises(NoPlanError) as caught:
        pool.run(Job(no_plan, None), CancelToken())
    assert caught.value.facts == {"rules": "cash,drift"}
    assert "drift limit" in caught.value.message


def test_defect__is_named_without_its_values(pool):
    with pytest.raises(JobDefectError) as caught:
        pool.run(Job(defect, None), CancelToken())
    assert caught.value.facts["kind"] == "ZeroDivisionError"
    assert "123456.78" not in caught.value.message


def test_death_of_the_process__is_a_typed_error_and_the_pool_recovers(pool):
    with pytest.raises(WorkerLostError):
        pool.run(Job(die, None), CancelToken())
    assert pool.run(Job(double, 1), CancelToken()) == 2


@pytest.mark.parametrize("job", [Job(sleep_for, 60), Job(stubborn, None)])
def test_cancel__ends_the_process_within_250_ms(pool, job):
    seen = []
    running = pool.submit(job, lambda stage, fraction: seen.append(stage))
    while not seen:
        running.poll(0.01)
    begin = time.perf_counter()
    running.cancel()
    assert time.perf_counter() - begin < 0.25
    with pytest.raises(CancelledError):
        running.result()
    assert not [p for p in multiprocessing.active_children() if not p.is_alive()]


def test_token__cancels_a_supervised_job(pool):
    token = CancelToken()

    def stop_when_solving(stage, fraction):
        if stage == "solve":
            token.cancel()

    with pytest.raises(CancelledError):
        pool.run(Job(sleep_for, 60), token, stop_when_solving)
    assert pool.run(Job(double, 3), CancelToken()) == 6


def test_spare_that_died_while_waiting__is_replaced():
    pool = WorkerPool()
    try:
        pid = pool.run(Job(process_id, None), CancelToken())
        os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)
        for _ in range(2):  # the death may only show when the answer is read
            try:
                assert pool.run(Job(double, 5), CancelToken()) == 10
                break
            except WorkerLostError:
                continue
        else:
            pytest.fail("the pool did not recover")
    finally:
        pool.close()


def test_close__leaves_no_process_and_refuses_work():
    pool = WorkerPool()
    pool.warm_up()
    assert pool.processes() == 1
    pool.close()
    assert pool.processes() == 0
    with pytest.raises(WorkerLostError):
        pool.run(Job(double, 1), CancelToken())


def test_already_cancelled_token__starts_nothing():
    pool = WorkerPool()
    token = CancelToken()
    token.cancel()
    with pytest.raises(CancelledError):
        pool.run(Job(double, 1), token)
    assert pool.processes() == 0

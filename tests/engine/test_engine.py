"""The engine against jobs that misbehave: every job ends in exactly one way, and work goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from genstudio.core.messages import (
    Cancelled,
    Embed,
    EmbedNeighbours,
    Event,
    Failed,
    Finished,
    JobId,
    Progress,
    Wish,
)
from genstudio.engine import client
from genstudio.engine.client import PATIENCE, Engine, InlineEngine, ProcessEngine, run_to_end
from tests.engine.misbehaving import Misbehave, MisbehaveInTrainer


@pytest.fixture(params=[InlineEngine, ProcessEngine], ids=["inline", "processes"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    # However busy the machine: nothing here hangs.
    monkeypatch.setattr(client, "PATIENCE", {"explorer": 60.0, "trainer": 60.0})
    made = request.param()
    yield made
    made.close()


@pytest.fixture
def processes() -> Iterator[ProcessEngine]:
    made = ProcessEngine()
    yield made
    made.close()
    assert not [child for child in psutil.Process().children() if "spawn_main" in _words(child)]


def _words(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


def events_until(
    engine: Engine, enough: Callable[[list[Event]], bool], seconds: float = 60
) -> list[Event]:
    """Poll as the window does, until enough has happened."""
    seen: list[Event] = []
    deadline = time.monotonic() + seconds
    while not enough(seen):
        assert time.monotonic() < deadline, f"after {seconds} s only {seen}"
        engine.wait(0.1)
        seen += engine.poll()
    return seen


def ended(*jobs: JobId) -> Callable[[list[Event]], bool]:
    return lambda seen: {e.job for e in seen if not isinstance(e, Progress)} >= set(jobs)


def endings(seen: list[Event], job: JobId) -> list[Event]:
    return [event for event in seen if event.job == job and not isinstance(event, Progress)]


def drain(engine: Engine, job: JobId) -> list[Event]:
    return endings(events_until(engine, ended(job)), job)


def test_a_job_yields_progress_and_returns_a_result(engine: Engine) -> None:
    job = engine.submit(Misbehave("count"))
    seen = events_until(engine, ended(job))
    assert endings(seen, job) == [Finished(job, 100)]
    payloads = [event.payload for event in seen if isinstance(event, Progress)]
    assert payloads[0] == "started"
    assert payloads[-1] == 99, "the last state is never lost to thinning"


def test_an_exception_becomes_one_failure_with_its_traceback(engine: Engine) -> None:
    [failed] = drain(engine, engine.submit(Misbehave("raise")))
    assert isinstance(failed, Failed)
    assert "a bug" in failed.title
    assert "ValueError" in failed.details


def test_a_user_error_is_shown_as_it_is_without_traceback(engine: Engine) -> None:
    job = engine.submit(Misbehave("user error"))
    assert drain(engine, job) == [Failed(job, "That was a mistake.", "Do it differently.")]


def test_progress_is_thinned_to_sixty_a_second(engine: Engine) -> None:
    began = time.monotonic()
    job = engine.submit(Misbehave("flood"))
    seen = events_until(engine, ended(job))
    took = time.monotonic() - began
    progress = [event for event in seen if isinstance(event, Progress)]
    # "started" and the first number may go out side by side, and so may the last two.
    assert len(progress) <= 60 * took + 6
    assert endings(seen, job) == [Finished(job, "flooded")]


def test_cancel_ends_a_job_once_and_nothing_is_heard_of_it_again(engine: Engine) -> None:
    job = engine.submit(Misbehave("never end"))
    events_until(engine, bool)
    engine.cancel(job)
    assert drain(engine, job) == [Cancelled(job)]
    engine.cancel(job)
    assert drain(engine, engine.submit(Misbehave("count")))
    assert not engine.busy


def test_the_newest_wish_on_a_channel_wins(engine: Engine) -> None:
    jobs = [engine.submit(Misbehave("never end"), "picture") for _ in range(5)]
    last = engine.submit(Misbehave("count"), "picture")
    seen = events_until(engine, ended(*jobs, last))
    for job in jobs:
        assert endings(seen, job) == [Cancelled(job, superseded=True)]
    assert endings(seen, last) == [Finished(last, 100)]


def test_short_jobs_are_answered_while_a_long_one_goes_on(engine: Engine) -> None:
    long = engine.submit(Misbehave("never end"))
    short = engine.submit(Misbehave("count"))
    assert endings(events_until(engine, ended(short)), short) == [Finished(short, 100)]
    engine.cancel(long)
    assert drain(engine, long) == [Cancelled(long)]


def test_wishes_arrive_and_a_paused_job_takes_no_step(engine: Engine) -> None:
    job = engine.submit(Misbehave("wishes"))
    events_until(engine, lambda seen: len(seen) > 1)
    for wish in (Wish.PAUSE, Wish.RESUME, Wish.STOP):
        engine.wish(job, wish)
        if wish is Wish.PAUSE:
            events_until(
                engine,
                lambda seen: any(
                    isinstance(event, Progress) and event.payload == [Wish.PAUSE] for event in seen
                ),
            )
    [finished] = drain(engine, job)
    assert isinstance(finished, Finished)
    assert finished.result[0] is Wish.PAUSE
    assert finished.result[-1] is Wish.STOP


def test_a_clean_up_that_fails_is_shown(engine: Engine) -> None:
    job = engine.submit(Misbehave("refuse to close"))
    events_until(engine, lambda seen: len(seen) > 1)
    engine.cancel(job)
    [event] = drain(engine, job)
    assert isinstance(event, Failed)
    assert "the clean-up failed" in event.title


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ("kill", "was killed; the machine may have run out of memory"),
        ("segfault", "crashed (SIGSEGV)"),
        ("exit", "ended unexpectedly (exit code 3)"),
    ],
)
@pytest.mark.parametrize("kind", [Misbehave, MisbehaveInTrainer])
def test_a_worker_that_dies_fails_its_jobs_with_one_sentence_and_work_goes_on(
    processes: ProcessEngine, behaviour: str, words: str, kind: type[Misbehave]
) -> None:
    job = processes.submit(kind(behaviour))  # type: ignore[arg-type]  # parametrized
    [failed] = drain(processes, job)
    assert isinstance(failed, Failed)
    assert words in failed.title
    assert failed.advice
    assert not failed.details
    assert run_to_end(processes, Misbehave("count")) == 100


def test_a_dying_explorer_leaves_the_training_alone(processes: ProcessEngine) -> None:
    training = processes.submit(MisbehaveInTrainer("never end"))
    [failed] = drain(processes, processes.submit(Misbehave("kill")))
    assert isinstance(failed, Failed)
    assert processes.worker_pids["trainer"]
    processes.cancel(training)
    assert drain(processes, training) == [Cancelled(training)]


def test_a_job_that_hangs_is_killed_after_the_patience_and_those_behind_it_are_run(
    processes: ProcessEngine, tmp_path: Path
) -> None:
    mark = tmp_path / "hangs"
    hung = processes.submit(Misbehave("hang", str(mark)), "picture")
    events_until(processes, lambda seen: mark.exists())
    began = time.monotonic()
    newer = processes.submit(Misbehave("count"), "picture")
    seen = events_until(processes, ended(hung, newer))
    assert endings(seen, hung) == [Cancelled(hung, superseded=True)]
    assert endings(seen, newer) == [Finished(newer, 100)]
    assert time.monotonic() - began >= PATIENCE["explorer"]


def test_t_sne_leaves_the_explorer_free_and_is_ended_at_once(processes: ProcessEngine) -> None:
    codes = np.random.default_rng(0).normal(size=(5000, 16)).astype(np.float32)
    slow = processes.submit(EmbedNeighbours(codes), "plane")
    wanted = processes.submit(Misbehave("count"))
    seen = events_until(processes, ended(wanted))
    assert endings(seen, wanted) == [Finished(wanted, 100)] and not endings(seen, slow)
    [explorer] = processes.worker_pids["explorer"]
    [embedder] = processes.worker_pids["embedder"]
    plane = processes.submit(Embed(codes), "plane")
    seen = events_until(processes, ended(slow, plane))
    assert endings(seen, slow) == [Cancelled(slow, superseded=True)]
    [found] = endings(seen, plane)
    assert isinstance(found, Finished) and found.result.shape == (5000, 2)
    assert processes.worker_pids["explorer"] == [explorer], "it was not killed for it"
    events_until(processes, lambda _: not psutil.pid_exists(embedder))


def test_progress_that_cannot_cross_fails_the_job(processes: ProcessEngine) -> None:
    [failed] = drain(processes, processes.submit(Misbehave("unpicklable")))
    assert isinstance(failed, Failed)
    assert run_to_end(processes, Misbehave("count")) == 100


def test_a_finished_training_gives_its_process_back(processes: ProcessEngine) -> None:
    job = processes.submit(MisbehaveInTrainer("count"))
    drain(processes, job)
    events_until(processes, lambda seen: not processes.worker_pids["trainer"])


def test_closing_ends_a_worker_that_hangs(processes: ProcessEngine, tmp_path: Path) -> None:
    mark = tmp_path / "hangs"
    processes.submit(Misbehave("hang", str(mark)))
    events_until(processes, lambda seen: mark.exists())
    [pid] = processes.worker_pids["explorer"]
    processes.close()
    assert not psutil.pid_exists(pid)

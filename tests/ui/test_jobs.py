"""The jobs strip: progress in words, and what can be asked of a job."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QProgressBar, QToolButton

from genstudio.core.messages import FetchData, Share, Train, TrainProgress, TrainStarted, Wish
from genstudio.core.training import DataSpec
from genstudio.ui.shell.jobs import JobsStrip
from genstudio.ui.studio import Job, Studio
from genstudio.ui.words import memory, span
from tests.ui.scripted import ScriptedEngine


@pytest.fixture
def strip(qtbot, studio: Studio) -> Iterator[JobsStrip]:
    strip = JobsStrip(studio)
    qtbot.addWidget(strip)
    strip.resize(1280, strip.height())
    strip.show()
    qtbot.waitExposed(strip)
    yield strip
    for job in list(studio.jobs):
        studio.cancel(job)
    studio.poll()


@pytest.fixture
def job(studio: Studio, scripted_engine: ScriptedEngine, strip: JobsStrip) -> Job:
    job = studio.train(Train(family="pixelcnn"), "pixelcnn on mnist")
    scripted_engine.say(TrainStarted(Path("somewhere"), 100, 1000, "cuda:0"), job.id)
    scripted_engine.say(_progress(), job.id)
    studio.poll()
    return job


def _progress(**changes: object) -> TrainProgress:
    fields: dict[str, object] = {
        "step": 710,
        "total_steps": 1000,
        "fraction": 0.71,
        "epoch": 1.0,
        "seconds": 5.5,
        "points": (),
        "steps_per_second": 128.2,
        "seconds_left": 125.0,
        "memory": 3_100_000_000,
    }
    return TrainProgress(**(fields | changes))  # type: ignore[arg-type]


def _texts(strip: JobsStrip) -> list[str]:
    return [label.text() for label in strip.findChildren(QLabel) if label.isVisible()]


def _press(strip: JobsStrip, words: str) -> None:
    found = [
        button
        for button in strip.findChildren(QToolButton)
        if button.isVisible() and button.accessibleName().startswith(words)
    ]
    assert len(found) == 1, words
    QTest.mouseClick(found[0], Qt.MouseButton.LeftButton)


def test_a_training_says_its_share_rate_and_time_left(strip: JobsStrip, job: Job) -> None:
    assert "pixelcnn on mnist" in _texts(strip)
    assert "71 %  128 steps/s  2 min left" in _texts(strip)
    assert "cuda:0 3.1 GB" in _texts(strip)
    assert strip.findChildren(QProgressBar)[0].value() == 710


def test_pause_resume_stop_cancel_reach_the_engine(
    strip: JobsStrip, job: Job, studio: Studio, scripted_engine: ScriptedEngine
) -> None:
    _press(strip, "Pause")
    scripted_engine.say(_progress(state="paused"), job.id)
    studio.poll()
    assert "71 %  paused at step 710" in _texts(strip)
    _press(strip, "Resume")
    scripted_engine.say(_progress(), job.id)
    studio.poll()
    _press(strip, "Stop and keep")
    assert [wish for _, wish in scripted_engine.wishes] == [Wish.PAUSE, Wish.RESUME, Wish.STOP]
    _press(strip, "Cancel")
    studio.poll()
    assert job.state == "cancelled"
    assert "cancelled" in _texts(strip)


def test_a_failed_job_says_why_and_can_be_retried(
    strip: JobsStrip, job: Job, studio: Studio, scripted_engine: ScriptedEngine
) -> None:
    scripted_engine.fail("The loss is not finite.", "Lower the learning rate.", job=job.id)
    studio.poll()
    assert "The loss is not finite. Lower the learning rate." in _texts(strip)
    _press(strip, "Retry")
    assert scripted_engine.last(Train).request.resume == Path("somewhere")
    assert len(studio.jobs) == 1


def test_ended_jobs_stay_until_they_are_dismissed(
    strip: JobsStrip, job: Job, studio: Studio, scripted_engine: ScriptedEngine
) -> None:
    scripted_engine.finish(Path("somewhere"), job.id)
    studio.poll()
    assert any(text.startswith("finished in") for text in _texts(strip))
    _press(strip, "Dismiss")
    assert "No jobs are running" in _texts(strip)


def test_work_of_unknown_length_and_work_that_tells(
    strip: JobsStrip, studio: Studio, scripted_engine: ScriptedEngine
) -> None:
    job = studio.submit(FetchData(DataSpec(name="mnist")), title="Downloading MNIST")
    bar = strip.findChildren(QProgressBar)[0]
    assert (bar.minimum(), bar.maximum()) == (0, 0)
    scripted_engine.say(Share(25, 100, "2.5 of 10 MB"), job.id)
    studio.poll()
    assert bar.value() / bar.maximum() == 0.25
    assert "25 %  2.5 of 10 MB" in _texts(strip)


def test_many_jobs_scroll_instead_of_pushing_the_panels_away(
    strip: JobsStrip, studio: Studio
) -> None:
    for number in range(3):
        studio.train(Train(family="made"), f"number {number}")
    three = strip.height()
    for number in range(5):
        studio.train(Train(family="made"), f"and {number}")
    assert strip.height() == three


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (125, "2 min"),
        (3600, "1 h"),
        (12000, "3 h 20 min"),
    ],
)
def test_spans_in_words(seconds: float, text: str) -> None:
    assert span(seconds) == text


@pytest.mark.parametrize(
    ("size", "text"), [(0, ""), (812_000_000, "812 MB"), (3_100_000_000, "3.1 GB")]
)
def test_memory_in_words(size: int, text: str) -> None:
    assert memory(size) == text

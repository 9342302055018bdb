"""What is said of inpainting: the difference between two methods, and how far a job is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from genstudio.core.inpainting import Inpainted, InpaintStarted, Moments, Stage
from genstudio.core.messages import Inpaint
from genstudio.core.runs import Run
from genstudio.core.spaces import Grid
from genstudio.ui.inpainting.difference import difference
from genstudio.ui.inpainting.trial import Subject, Trial
from genstudio.ui.shell.jobs import JobsStrip
from genstudio.ui.studio import Studio
from tests.ui.scripted import METHODS, ScriptedEngine

RASTER, GIBBS = METHODS
SPACE = Grid(height=2, width=2, levels=2)
IMAGE = np.zeros(SPACE.shape, np.uint8)
KNOWN = np.array([True, False, False, False]).reshape(SPACE.shape)


def trial(run: Run, method: object, log_prob: list[float], weights: list[float]) -> Trial:
    result = Inpainted(
        images=np.repeat(IMAGE[None], len(log_prob), axis=0),
        weights=np.array(weights),
        log_prob=np.array(log_prob),
        marginals=np.eye(2, dtype=np.float32)[IMAGE],
        log_evidence=float("nan"),
        evidence_error=float("nan"),
        exact=False,
        settled=None,
        verdict="",
        effective=1.0,
        autocorrelation=np.empty(0),
        seconds=0.0,
    )
    request = Inpaint(Path("run"), IMAGE, KNOWN)
    subject = Subject(IMAGE, np.empty(0, np.int64), "by hand")
    return Trial(1, run, request, method, subject, "finished", result=result)  # type: ignore[arg-type]


@pytest.fixture
def run(make_run: Callable[..., Run]) -> Run:
    return make_run(space=SPACE)


def test_the_means_are_weighted(run: Run) -> None:
    raster = trial(run, RASTER, [-10.0, -20.0], [0.5, 0.5])
    gibbs = trial(run, GIBBS, [-4.0, -99.0], [1.0, 0.0])
    said = difference(raster, gibbs)
    assert said == (
        "The model finds Gibbs’s completions 11.0 nats likelier than Raster’s: mean log p −4.0 "
        "against −15.0 nats. Raster did not see the pixels that come after the hole."
    )
    assert difference(gibbs, raster) == said


def test_no_reason_is_given_where_raster_comes_out_likelier(run: Run) -> None:
    raster, gibbs = trial(run, RASTER, [-4.0], [1.0]), trial(run, GIBBS, [-9.0], [1.0])
    said = difference(raster, gibbs)
    assert said.startswith("The model finds Raster’s completions 5.0 nats likelier than Gibbs’s")
    assert "did not see" not in said


def test_a_small_difference_is_none(run: Run) -> None:
    raster, gibbs = trial(run, RASTER, [-9.3], [1.0]), trial(run, GIBBS, [-9.0], [1.0])
    assert "come out alike" in difference(raster, gibbs)


def test_nothing_is_said_before_both_know(run: Run) -> None:
    raster, gibbs = trial(run, RASTER, [-9.3], [1.0]), trial(run, GIBBS, [-9.0], [1.0])
    assert difference(replace(raster, result=None), gibbs) == ""
    assert difference(raster, trial(run, GIBBS, [float("nan")], [1.0])) == ""


def test_the_list_of_jobs_says_how_far_it_is(
    qtbot, studio: Studio, scripted_engine: ScriptedEngine
) -> None:
    strip = JobsStrip(studio)
    qtbot.addWidget(strip)
    job = studio.submit(Inpaint(Path("run"), IMAGE, KNOWN), title="Gibbs inpainting")
    row = strip._rows[job.id]
    order = np.arange(4)
    scripted_engine.say(InpaintStarted(SPACE, IMAGE, KNOWN, 1, order, stages=2), job.id)
    studio.poll()
    assert row._text.text() == "0 %"
    ones = np.ones((3, 1), np.int16)
    first = Moments(np.array([1, 2, 3], np.int32), ones, (Stage(3, "start", np.zeros(1)),))
    scripted_engine.say(first, job.id)
    studio.poll()
    assert row._text.text() == "50 %  start"
    scripted_engine.say(InpaintStarted(SPACE, IMAGE, KNOWN, 1, order, stages=0), job.id)
    scripted_engine.say(first, job.id)
    studio.poll()
    assert row._bar.maximum() == 0, "nobody knows how much there is to do"
    studio.cancel(job)
    studio.poll()

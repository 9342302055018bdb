"""Training: exact resume, wishes, and the mishaps that end in one sentence."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from genstudio.core.errors import UserError
from genstudio.core.messages import (
    Cancelled,
    Event,
    Failed,
    Finished,
    Progress,
    Train,
    TrainProgress,
    TrainStarted,
    Wish,
)
from genstudio.core.runs import Metric, Run
from genstudio.core.training import DataSpec, Training
from genstudio.engine import running, trainer
from genstudio.engine.client import InlineEngine, ProcessEngine, run_to_end

SHORT = Training(
    length=12,
    batch_size=8,
    log_every=2,
    validate_every=5,
    validation_size=20,
    checkpoint_every=4,
    preview_every=6,
    previews=2,
)
CONFIGS: dict[str, dict[str, Any]] = {
    "autoencoder": {"hidden": 8, "layers": 1, "code": 3, "tied": True, "weight_decay": 1e-4},
    "denoising-autoencoder": {"hidden": 8, "layers": 1, "code": 3, "noise": "masking"},
    "made": {"hidden": 16, "layers": 2, "masks": 3, "conditional": True},
    "pixelcnn": {"channels": 6, "blocks": 1, "head": 6},
    "vae": {"hidden": 8, "layers": 1, "latent": 2, "kl_warmup": 8, "conditional": True},
}


@pytest.fixture(autouse=True)
def unthinned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every yield is heard at once, so that a test can act at an exact step."""
    monkeypatch.setattr(running, "_INTERVAL", 0.0)
    monkeypatch.setattr(trainer, "_INTERVAL", 0.0)


def request(out: Path, family: str = "made", **training: Any) -> Train:
    return Train(
        family=family,
        data=DataSpec(name="digits", levels=4),
        config=CONFIGS[family],
        training=SHORT.model_copy(update=training),
        device="cpu",
        out=out,
    )


def train(wanted: Train) -> Run:
    return Run.open(run_to_end(InlineEngine(), wanted))


def timeless(run: Run) -> list[Metric]:
    return [metric.model_copy(update={"seconds": 0.0}) for metric in run.metrics()]


def tensors(path: Path) -> dict[str, np.ndarray]:
    from safetensors.numpy import load_file

    found = load_file(path)
    return {name: value for name, value in found.items() if name != "trainer.seconds"}


def assert_same(one: Run, other: Run) -> None:
    assert timeless(one) == timeless(other)
    for path, twin in (
        (one.model_path, other.model_path),
        (one.learner_path, other.learner_path),
    ):
        ours, theirs = tensors(path), tensors(twin)
        assert ours.keys() == theirs.keys()
        for name, value in ours.items():
            np.testing.assert_array_equal(value, theirs[name], err_msg=name)


@pytest.fixture(scope="module", params=sorted(CONFIGS))
def undisturbed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return train(globals()["request"](tmp_path_factory.mktemp("u") / "run", request.param))


def run_until_step(engine: InlineEngine, job: int, step: int) -> list[Event]:
    seen: list[Event] = []
    while not any(
        isinstance(event, Progress)
        and isinstance(event.payload, TrainProgress)
        and event.payload.step >= step
        for event in seen
    ):
        seen += engine.poll()
    return seen


@pytest.mark.parametrize("stop_at", [1, 3, 4, 5, 7, 10, 11])
def test_stopped_and_resumed_equals_never_stopped(
    undisturbed: Run, tmp_path: Path, stop_at: int
) -> None:
    engine = InlineEngine()
    wanted = request(tmp_path / "run", undisturbed.manifest.family)
    job = engine.submit(wanted)
    run_until_step(engine, job, stop_at)
    engine.wish(job, Wish.STOP)
    while engine.busy:
        list(engine.poll())
    stopped = Run.open(tmp_path / "run")
    assert stopped.manifest.result is not None
    assert stopped.manifest.result.state == "stopped"
    assert stopped.has_model, "what is kept can be generated from"
    assert stop_at <= stopped.manifest.result.steps < 12
    resumed = train(Train(resume=stopped.folder))
    assert resumed.manifest.result is not None
    assert resumed.manifest.result.state == "finished"
    assert_same(resumed, undisturbed)


@pytest.mark.parametrize("cancel_at", [1, 4, 6, 9])
def test_cancelled_and_resumed_equals_never_cancelled(
    undisturbed: Run, tmp_path: Path, cancel_at: int
) -> None:
    engine = InlineEngine()
    job = engine.submit(request(tmp_path / "run", undisturbed.manifest.family))
    run_until_step(engine, job, cancel_at)
    engine.cancel(job)
    assert list(engine.poll()) == [Cancelled(job)]
    assert Run.open(tmp_path / "run").manifest.result.state == "cancelled"  # type: ignore[union-attr]  # it has ended
    assert_same(train(Train(resume=tmp_path / "run")), undisturbed)


def test_killed_minus_nine_and_resumed_equals_never_killed(tmp_path: Path) -> None:
    calm = train(request(tmp_path / "calm", length=40))
    engine = ProcessEngine()
    engine.submit(request(tmp_path / "run", length=40))
    seen: list[Event] = []
    while not any(
        isinstance(e, Progress) and isinstance(e.payload, TrainProgress) and e.payload.step >= 9
        for e in seen
    ):
        engine.wait(0.1)
        seen += engine.poll()
        assert not any(isinstance(event, Failed) for event in seen), seen
    for pid in engine.worker_pids["trainer"]:
        os.kill(pid, signal.SIGKILL)
    while engine.busy:
        engine.wait(0.1)
        seen += engine.poll()
    engine.close()
    assert isinstance(seen[-1], (Failed, Finished))
    assert_same(train(Train(resume=tmp_path / "run")), calm)


def test_a_killed_metrics_line_is_dropped_and_written_again(
    undisturbed: Run, tmp_path: Path
) -> None:
    import shutil

    copy = tmp_path / "run"
    shutil.copytree(undisturbed.folder, copy)
    run = Run.open(copy)
    with run.metrics_path.open("a") as file:
        file.write('{"step": 13, "epo')
    assert timeless(run) == timeless(undisturbed)
    run.update(result=None)
    assert_same(train(Train(resume=copy)), undisturbed)


def test_pause_waits_and_resume_goes_on(undisturbed: Run, tmp_path: Path) -> None:
    engine = InlineEngine()
    job = engine.submit(request(tmp_path / "run", undisturbed.manifest.family))
    run_until_step(engine, job, 3)
    engine.wish(job, Wish.PAUSE)
    seen: list[Event] = []
    while not any(isinstance(e, Progress) and e.payload.state == "paused" for e in seen):
        seen += engine.poll()
    assert not list(engine.poll()), "a paused job says and does nothing"
    engine.wish(job, Wish.RESUME)
    while engine.busy:
        seen += engine.poll()
    assert isinstance(seen[-1], Finished)
    assert_same(Run.open(tmp_path / "run"), undisturbed)


def test_the_same_seed_gives_the_same_run_and_another_seed_another(
    undisturbed: Run, tmp_path: Path
) -> None:
    family = undisturbed.manifest.family
    assert_same(train(request(tmp_path / "same", family)), undisturbed)
    other = train(request(tmp_path / "other", family, seed=1))
    assert timeless(other) != timeless(undisturbed)


def test_progress_tells_every_point_of_the_curves(tmp_path: Path) -> None:
    said: list[Any] = []
    run = Run.open(run_to_end(InlineEngine(), request(tmp_path / "run"), said.append))
    assert isinstance(said[0], TrainStarted)
    points = [point for item in said[1:] for point in item.points]
    assert points == run.metrics()
    assert [point.step for point in points if point.nats is not None] == [2, 4, 6, 8, 10, 12]
    assert [point.step for point in points if point.valid_nats is not None] == [5, 10, 12]
    assert [path.name for path in run.samples()] == ["000006.png", "000012.png"]


def test_the_best_validation_weights_are_kept(tmp_path: Path) -> None:
    run = train(request(tmp_path / "run", learning_rate=0.5, schedule="constant", length=30))
    scores = {m.step: m.valid_nats for m in run.metrics() if m.valid_nats is not None}
    result = run.manifest.result
    assert result is not None
    assert result.valid_nats == min(scores.values())  # type: ignore[type-var]  # no None among them
    assert scores[result.best_step] == result.valid_nats  # type: ignore[index]  # there was a best


def test_a_loss_that_is_not_finite_ends_in_a_sentence_and_a_run_that_opens(tmp_path: Path) -> None:
    wanted = request(tmp_path / "run", learning_rate=1.0, clip=0.0, warmup=0, ema=0.0, length=400)
    wanted = replace(wanted, family="pixelcnn", config={"channels": 64, "blocks": 8, "head": 64})
    wanted = replace(wanted, training=wanted.training.model_copy(update={"preview_every": 0}))
    with pytest.raises(UserError, match="no longer a finite number") as caught:
        run_to_end(InlineEngine(), wanted)
    assert "learning rate" in caught.value.advice
    run = Run.open(tmp_path / "run")
    assert run.manifest.result is not None
    assert run.manifest.result.state == "failed"


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A file that any write to fails with "no space left on device"."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    yield Path("/dev/full")


def test_a_full_disk_ends_in_a_sentence_and_a_run_that_opens(
    tmp_path: Path, full_disk: Path
) -> None:
    engine = InlineEngine()
    job = engine.submit(request(tmp_path / "run"))
    run_until_step(engine, job, 5)
    metrics = tmp_path / "run" / "metrics.jsonl"
    kept = metrics.read_bytes()
    metrics.unlink()
    metrics.symlink_to(full_disk)
    seen: list[Event] = []
    while engine.busy:
        seen += engine.poll()
    assert isinstance(seen[-1], Failed)
    assert "disk is full" in seen[-1].title
    assert not seen[-1].details
    metrics.unlink()
    metrics.write_bytes(kept)
    run = Run.open(tmp_path / "run")
    assert run.manifest.result is not None
    assert "disk is full" in run.manifest.result.message
    assert train(Train(resume=run.folder)).manifest.result.state == "finished"  # type: ignore[union-attr]  # it has ended


@pytest.fixture
def little_memory() -> Iterator[None]:
    """Let this process have no more than 300 MiB beyond what it has."""
    resource = pytest.importorskip("resource", reason="only POSIX can limit a process's memory")
    import psutil
    import torch

    torch.zeros(1)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (psutil.Process().memory_info().vms + 300 * 2**20, hard))
    yield
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def test_a_device_without_memory_ends_in_a_sentence(tmp_path: Path, little_memory: None) -> None:
    wanted = replace(request(tmp_path / "run"), config={"hidden": 8000, "layers": 4})  # 768 MB
    engine = InlineEngine()
    engine.submit(wanted)
    seen: list[Event] = []
    while engine.busy:
        seen += engine.poll()
    assert isinstance(seen[-1], Failed)
    assert seen[-1].title == "The device is out of memory."
    assert seen[-1].advice


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"family": "pixelrmm"}, "no model family called “pixelrmm”"),
        ({"data": DataSpec(name="mnits")}, "no dataset called “mnits”"),
        ({"config": {"hiden": 3}}, "no setting called “hiden”"),
        ({"config": {"hidden": 0}}, "“hidden” should be greater than or equal to 1"),
        ({"device": "cuda:7"}, "no device “cuda:7”"),
        (
            {"data": DataSpec(name="binarized-mnist"), "config": {"conditional": True}},
            "cannot be conditioned|is not here",
        ),
    ],
)
def test_a_mistake_is_one_sentence_before_anything_starts(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(UserError, match=words):
        run_to_end(InlineEngine(), replace(request(tmp_path / "run"), **change))
    assert not (tmp_path / "run").exists()


def test_a_run_is_trained_by_one_process_at_a_time(tmp_path: Path) -> None:
    engine = InlineEngine()
    job = engine.submit(request(tmp_path / "run"))
    run_until_step(engine, job, 2)
    with pytest.raises(UserError, match="is being trained already"):
        run_to_end(InlineEngine(), Train(resume=tmp_path / "run"))
    engine.cancel(job)
    list(engine.poll())
    train(Train(resume=tmp_path / "run"))


def test_a_run_whose_data_changed_is_not_resumed(undisturbed: Run, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(undisturbed.folder, tmp_path / "run")
    Run.open(tmp_path / "run").update(data_hash="0" * 64)
    with pytest.raises(UserError, match="have changed since it began"):
        run_to_end(InlineEngine(), Train(resume=tmp_path / "run"))


def test_continuing_from_a_model_starts_with_its_weights(undisturbed: Run, tmp_path: Path) -> None:
    family = undisturbed.manifest.family
    # A learning rate too small to move a float32 weight leaves exactly the parent's weights.
    wanted = replace(
        request(tmp_path / "run", family, learning_rate=1e-30, ema=0.0, length=1),
        start_from=undisturbed.folder,
    )
    child = train(wanted)
    assert child.manifest.parent == undisturbed.name
    ours, theirs = tensors(child.model_path), tensors(undisturbed.model_path)
    for name, value in ours.items():
        np.testing.assert_array_equal(value, theirs[name])
    with pytest.raises(UserError, match="does not fit"):
        run_to_end(
            InlineEngine(),
            replace(wanted, out=tmp_path / "b", data=DataSpec(name="digits", levels=2)),
        )

"""Train a family on data, or go on with a run, exactly where it was."""

from __future__ import annotations

import platform
import re
from collections.abc import Generator
from importlib.metadata import version
from pathlib import Path

import torch
from filelock import Timeout

from genstudio.core.errors import UserError
from genstudio.core.messages import Train, TrainProgress, TrainStarted, Wish
from genstudio.core.paths import runs_folder
from genstudio.core.runs import Manifest, Run, new_folder
from genstudio.core.training import DataSpec
from genstudio.data import catalog
from genstudio.data.base import ImageData
from genstudio.engine.batches import Batches
from genstudio.engine.devices import resolve
from genstudio.engine.trainer import Trainer, total_steps
from genstudio.models.base import GenerativeModel
from genstudio.models.store import build, family, load_model

__all__ = ["run"]

_Job = Generator[TrainStarted | TrainProgress | None, Wish | None, Path]


def run(request: Train) -> _Job:
    """Yield where the training stands; returns the run's folder."""
    yield None
    device = resolve(request.device)
    if request.resume is not None:
        opened = Run.open(request.resume)
        data = _same_data(opened)
        model = _fresh_model(opened.manifest)
    else:
        data, model, manifest = _planned(request, device)
        opened = Run.create(_folder(request, manifest), manifest)
    lock = opened.lock
    try:
        lock.acquire()
    except Timeout:
        raise UserError(f"“{opened.manifest.title}” is being trained already.") from None
    try:
        return (yield from _train(opened, data, model.to(device)))
    finally:
        lock.release()


def _train(opened: Run, data: ImageData, model: GenerativeModel) -> _Job:
    training = opened.manifest.training
    batches = Batches(
        data.split("train"),
        training.batch_size,
        training.seed,
        model.device,
        every_datum=model.counts,
    )
    steps = total_steps(training.length, training.unit, batches.steps_per_epoch)
    learner = model.learner(training, steps)
    trainer = Trainer(opened, model, learner, batches, data.split("valid"))
    trainer.restore()
    opened.update(result=None, device=str(model.device))
    yield TrainStarted(opened.folder, model.parameter_count, steps, str(model.device))
    try:
        yield from trainer.train()
    except GeneratorExit:
        trainer.end("cancelled")
        raise
    except UserError as error:
        trainer.end("failed", error.title)
        raise
    except Exception as error:
        trainer.end("failed", str(error))
        raise
    trainer.end("finished" if trainer.done else "stopped")
    return opened.folder


def _planned(request: Train, device: torch.device) -> tuple[ImageData, GenerativeModel, Manifest]:
    """What a new run will be; every mistake in the request is found here."""
    data = catalog.open_data(request.data)
    cls = family(request.family)
    parent: GenerativeModel | None = None
    if request.start_from is not None:
        parent = load_model(Run.open(request.start_from).model_path)
        _check_parent(parent, cls, data)
    config = cls.Config.checked(request.config) if parent is None else parent.config
    training = request.training.one_pass() if cls.counts else request.training
    model = build(request.family, data.space, config, training.seed)
    if parent is not None:
        model.load_state_dict(parent.state_dict())
    manifest = Manifest(
        title=request.title or f"{cls.title} · {catalog.card(request.data.name).title}",
        family=request.family,
        space=data.space,
        data=request.data,
        data_hash=data.content_hash,
        config=config.model_dump(mode="json"),
        training=training,
        device=str(device),
        parameters=model.parameter_count,
        parameter_formula=model.parameter_formula,
        versions={
            "genstudio": version("genstudio"),
            "torch": torch.__version__,
            "python": platform.python_version(),
        },
        parent=request.start_from.name if request.start_from is not None else None,
    )
    return data, model, manifest


def _check_parent(parent: GenerativeModel, cls: type[GenerativeModel], data: ImageData) -> None:
    if not isinstance(parent, cls) or parent.space != data.space:
        raise UserError(
            f"The weights are of a {parent.title} for {parent.space}, which does not fit "
            f"a {cls.title} for {data.space}.",
            "Choose the same family and the same form of data.",
        )
    if parent.counts:
        raise UserError(
            f"{parent.title} cannot be trained further: one pass has counted every image.",
            "Fit anew instead, with other data or other settings.",
        )


def _same_data(opened: Run) -> ImageData:
    """The data that a run began with.

    Raises:
        UserError: they have changed since.
    """
    data = catalog.open_data(opened.manifest.data)
    if data.content_hash != opened.manifest.data_hash:
        raise UserError(
            f"The data of “{opened.manifest.title}” have changed since it began.",
            "Bring them back to resume it, or train a new run from its weights.",
        )
    return data


def _fresh_model(manifest: Manifest) -> GenerativeModel:
    config = family(manifest.family).Config.checked(manifest.config)
    return build(manifest.family, manifest.space, config, manifest.training.seed)


def _folder(request: Train, manifest: Manifest) -> Path:
    if request.out is not None:
        return request.out
    stem = re.sub(r"[^\w+-]+", "-", f"{manifest.family}-{_data_name(request.data)}")
    return new_folder(request.root or runs_folder(), stem)


def _data_name(spec: DataSpec) -> str:
    return Path(spec.folder).name.lower() if spec.folder else spec.name

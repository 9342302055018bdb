"""The training loop: everything that a checkpoint has to hold, and nothing else.

Exact resume rests on three things: batches, learning rate and masks are functions of the step;
the checkpoint holds the learner's tensors, the best weights and the half-summed loss; and every
line of the curves after the checkpoint is dropped before going on.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from genstudio.core.errors import UserError
from genstudio.core.files import write_atomically
from genstudio.core.measures import Measure
from genstudio.core.messages import TrainProgress, Wish
from genstudio.core.runs import Metric, Result, Run
from genstudio.data.base import Split
from genstudio.engine.batches import Batches
from genstudio.engine.devices import memory_in_use
from genstudio.engine.previewing import preview
from genstudio.engine.scoring import measure_of, scores
from genstudio.models.base import GenerativeModel
from genstudio.models.learner import Learner
from genstudio.models.store import load_tensors, save_model, save_tensors

__all__ = ["Trainer", "total_steps"]

_INTERVAL = 0.2
"""Seconds between two reports: each costs the window a repaint, and with it the training."""

_State = Literal["training", "validating", "previewing", "paused"]
_Stepping = Generator[TrainProgress | None, Wish | None, None]


def total_steps(length: float, unit: str, steps_per_epoch: int) -> int | None:
    """The length of a training in steps; None when it is counted in minutes."""
    if unit == "minutes":
        return None
    return max(1, round(length * (steps_per_epoch if unit == "epochs" else 1)))


class Trainer:
    """One training of one run.

    Attributes:
        step: optimizer steps done.
        seconds: of training, pauses left out.
        measure: what the scores are of.
        done: whether the asked-for length is reached.
    """

    def __init__(
        self, run: Run, model: GenerativeModel, learner: Learner, batches: Batches, valid: Split
    ) -> None:
        self.run = run
        self.training = run.manifest.training
        self.space = run.manifest.space
        self.model = model
        self.measure = measure_of(model)
        self.learner = learner
        self.batches = batches
        self.device = model.device
        count = self.training.validation_size
        self.valid_x = torch.from_numpy(valid.symbols[:count]).to(self.device)
        self.valid_y = torch.from_numpy(valid.labels[:count]).to(self.device)
        self.total = total_steps(self.training.length, self.training.unit, batches.steps_per_epoch)
        self.step = 0
        self.seconds = 0.0
        self.done = False
        self._stopping = False
        self.best_step: int | None = None
        self.best_score = math.inf
        self._best: dict[str, Tensor] = {}
        self._loss_sum = torch.zeros((), dtype=torch.float64, device=self.device)
        self._loss_count = 0
        self._unsaid: list[Metric] = []
        self._said: _State = "paused"
        self._said_at = 0.0
        self._first_step = 0
        self._ticked = time.perf_counter()
        self._began = self._ticked

    # --- the loop ---

    def train(self) -> _Stepping:
        """Train to the end, or until a wish to stop; yields at least once per step.

        Whatever is due at a step is done before the checkpoint, so a checkpoint is always between
        two steps, and going on from it repeats nothing and leaves nothing out.
        """
        self._first_step, self._began = self.step, time.perf_counter()
        self._ticked = self._began
        while not self.done and not self._stopping:
            x, y = self.batches.at(self.step)
            terms = self.learner.step(x, y if self.model.conditional else None)
            self.step += 1
            shown = "error" if self.measure is Measure.ERROR else "nats"
            self._loss_sum += terms.get(shown, terms["loss"]).double()
            self._loss_count += 1
            self.done = self._over()
            points = self._log(terms) if self._due(self.training.log_every) else []
            if self._due(self.training.validate_every):
                points.append((yield from self._validate()))
            if self.training.preview_every and self._due(self.training.preview_every):
                yield from self._preview()
            if self._due(self.training.checkpoint_every):
                self.checkpoint()
            yield from self._say(tuple(points), between_steps=True)
        if not self.done:
            yield from self._keep()

    def _over(self) -> bool:
        if self.total is not None:
            return self.step >= self.total
        return self._tick() >= self.training.length * 60

    def _due(self, every: int) -> bool:
        return self.done or self.step % every == 0

    def _say(
        self,
        points: tuple[Metric, ...] = (),
        state: _State = "training",
        preview: Path | None = None,
        between_steps: bool = False,
    ) -> _Stepping:
        """Tell where the training stands, unless that was said just now; heed what is wished."""
        self._unsaid += points
        news = state != self._said or preview is not None or self.done
        if not news and time.perf_counter() - self._said_at < _INTERVAL:
            wish = yield None
        else:
            wish = yield self._progress(tuple(self._unsaid), state, preview)
            self._unsaid.clear()
            self._said, self._said_at = state, time.perf_counter()
        yield from self._heed(wish, between_steps)

    def _heed(self, wish: Wish | None, between_steps: bool = False) -> _Stepping:
        """Wait while paused; remember a wish to stop. Every yield's answer comes through here."""
        while wish is Wish.PAUSE:
            if between_steps:
                self.checkpoint()
            self._tick()
            wish = yield self._progress((), "paused")
            self._ticked = time.perf_counter()
        self._stopping = self._stopping or wish is Wish.STOP

    def _keep(self) -> _Stepping:
        """Stop and keep: the better of the best validated weights and these.

        The checkpoint, from which a resume goes on as if nothing had happened, is written
        before and does not know of this extra validation.
        """
        self.checkpoint()
        score = yield from self._score()
        if self._better(score):
            save_model(self.run.model_path, self.learner.kept)
            self.best_score, self.best_step = score, self.step

    # --- what happens now and then ---

    def _log(self, terms: dict[str, Tensor]) -> list[Metric]:
        """A point of the training curve: the mean loss since the last one.

        Raises:
            UserError: it is not a finite number.
        """
        loss = float(self._loss_sum) / self._loss_count
        norm = float(terms["gradient_norm"]) if "gradient_norm" in terms else None
        self._loss_sum.zero_()
        self._loss_count = 0
        if not math.isfinite(loss):
            raise UserError(
                f"The loss is no longer a finite number (step {self.step}).",
                "Lower the learning rate or the gradient clipping; the best weights are kept.",
            )
        if self.measure is Measure.ERROR:
            return [self._metric(error=loss, gradient_norm=norm)]
        bits = self.space.bits_per_dimension(loss)
        return [self._metric(nats=loss, bits_per_dim=bits, gradient_norm=norm)]

    def _validate(self) -> Generator[TrainProgress | None, Wish | None, Metric]:
        """A point of the validation curve; the best weights are kept."""
        score = yield from self._score()
        if self._better(score):
            self.best_score, self.best_step = score, self.step
            self._best = {
                name: value.detach().clone() for name, value in self.learner.kept.named_parameters()
            }
            save_model(self.run.model_path, self.learner.kept)
        if self.measure is Measure.ERROR:
            return self._metric(valid_error=score)
        bits = self.space.bits_per_dimension(score)
        return self._metric(valid_nats=score, valid_bits_per_dim=bits)

    def _score(self) -> Generator[TrainProgress | None, Wish | None, float]:
        scoring = scores(self.learner.kept, self.valid_x, self.valid_y, 64)
        while True:
            try:
                next(scoring)
            except StopIteration as stop:
                return float(stop.value.mean())
            yield from self._say(state="validating")

    def _better(self, score: float) -> bool:
        """Whether these weights are the ones to keep; one pass is kept when all data are in."""
        return score < self.best_score or self.model.counts

    def _preview(self) -> _Stepping:
        """A sheet from the weights as they are."""
        path = self.run.folder / "samples" / f"{self.step:06}.png"
        count = self.training.previews
        for page in preview(self.learner.kept, self.valid_x, self.valid_y, count):
            if page is not None:
                write_atomically(path, page)
                yield from self._say(preview=path)
                continue
            yield from self._say(state="previewing")
            if self._stopping:
                return

    def _metric(self, **values: float | None) -> Metric:
        metric = Metric(step=self.step, epoch=self._epoch, seconds=self._tick(), **values)
        self.run.add_metric(metric)
        return metric

    # --- the state ---

    def checkpoint(self) -> None:
        """Write all that a resume needs, atomically."""
        if not self.run.has_model:
            save_model(self.run.model_path, self.learner.kept)
        scalars = {
            "step": torch.tensor(self.step),
            "seconds": torch.tensor(self._tick(), dtype=torch.float64),
            "best_step": torch.tensor(-1 if self.best_step is None else self.best_step),
            "best_score": torch.tensor(self.best_score, dtype=torch.float64),
            "loss_sum": self._loss_sum,
            "loss_count": torch.tensor(self._loss_count),
        }
        tensors = {f"learner.{name}": value for name, value in self.learner.state_dict().items()}
        tensors |= {f"best.{name}": value for name, value in self._best.items()}
        tensors |= {f"trainer.{name}": value for name, value in scalars.items()}
        save_tensors(self.run.learner_path, tensors, {"family": self.model.family()})

    def restore(self) -> None:
        """Go back to the last checkpoint; without one, to the beginning.

        Raises:
            UserError: the checkpoint is damaged or does not fit.
        """
        if not self.run.learner_path.is_file():
            self.run.rewind_metrics(0)
            return
        tensors, _ = load_tensors(self.run.learner_path)
        try:
            self.learner.load_state_dict(_part(tensors, "learner."))
            scalars = _part(tensors, "trainer.")
            self.step = int(scalars["step"])
            self.seconds = float(scalars["seconds"])
            best_step = int(scalars["best_step"])
            self.best_score = float(scalars["best_score"])
            self._loss_sum = scalars["loss_sum"].to(self.device)
            self._loss_count = int(scalars["loss_count"])
        except (KeyError, RuntimeError) as error:
            raise UserError(
                f"{self.run.learner_path} does not fit the run, so it cannot be gone on with.",
                "Train a new run from its weights instead.",
            ) from error
        self.done = self._over()
        self.best_step = None if best_step < 0 else best_step
        self._best = {
            name: value.to(self.device) for name, value in _part(tensors, "best.").items()
        }
        if self._best:
            _save_weights(self.run.model_path, self.learner.kept, self._best)
        self.run.rewind_metrics(self.step)

    def result(self, state: str, message: str = "") -> Result:
        """How the training stands, for run.toml."""
        score: dict[str, object] = {"exact": self.measure is Measure.EXACT}
        if self.measure is Measure.ERROR:
            score["error_name"] = self.model.card().error_name
        if math.isfinite(self.best_score) and self.measure is Measure.ERROR:
            score["valid_error"] = self.best_score
        elif math.isfinite(self.best_score):
            score["valid_nats"] = self.best_score
            score["valid_bits_per_dim"] = self.space.bits_per_dimension(self.best_score)
        return Result.model_validate(
            {
                "state": state,
                "steps": self.step,
                "seconds": round(self.seconds, 3),
                "best_step": self.best_step,
                "message": message,
            }
            | score
        )

    def end(self, state: str, message: str = "") -> None:
        """Write how it ended; a disk that is full must not hide why."""
        with suppress(UserError):
            self.run.update(result=self.result(state, message))

    # --- telling ---

    @property
    def _epoch(self) -> float:
        return round(self.step / self.batches.steps_per_epoch, 4)

    def _tick(self) -> float:
        """Seconds of training so far."""
        now = time.perf_counter()
        self.seconds += now - self._ticked
        self._ticked = now
        return round(self.seconds, 3)

    def _progress(
        self, points: tuple[Metric, ...], state: _State, preview: Path | None = None
    ) -> TrainProgress:
        seconds = self._tick()
        if self.total is not None:
            fraction = self.step / self.total
        else:
            fraction = min(1.0, seconds / (60 * self.training.length))
        running = time.perf_counter() - self._began
        rate = (self.step - self._first_step) / running if running > 0 else 0.0
        left: float | None = None
        if self.total is None:
            left = max(0.0, 60 * self.training.length - seconds)
        elif rate > 0:
            left = (self.total - self.step) / rate
        return TrainProgress(
            step=self.step,
            total_steps=self.total,
            fraction=fraction,
            epoch=self._epoch,
            seconds=seconds,
            points=points,
            steps_per_second=rate,
            seconds_left=left,
            memory=memory_in_use(self.device),
            state=state,
            preview=preview,
        )


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): value
        for name, value in tensors.items()
        if name.startswith(prefix)
    }


def _save_weights(path: Path, like: GenerativeModel, weights: dict[str, Tensor]) -> None:
    """Write weights as the model file of a model they belong to, which is left as it is."""
    own = {name: value.detach().clone() for name, value in like.named_parameters()}
    with torch.no_grad():
        for name, parameter in like.named_parameters():
            parameter.copy_(weights[name])
        save_model(path, like)
        for name, parameter in like.named_parameters():
            parameter.copy_(own[name])

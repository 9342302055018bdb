"""How a model is fitted. GAN, EM and counting bring their own; most use Adam on a loss."""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor

from genstudio.core.training import Training

if TYPE_CHECKING:
    from genstudio.models.base import GenerativeModel

__all__ = ["GradientLearner", "Learner", "learning_rate"]


class Learner(Protocol):
    """One optimizer step at a time; its state is plain tensors, so that it can be kept."""

    @property
    def kept(self) -> GenerativeModel:
        """The model to score and to keep (an average of the weights, where that is on)."""

    def step(self, x: Tensor, y: Tensor | None) -> dict[str, Tensor]:
        """Learn from one batch; returns 0-d tensors, "loss" among them, left on the device."""

    def state_dict(self) -> dict[str, Tensor]:
        """Everything that the next step depends on."""

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Go on from a kept state."""


def learning_rate(training: Training, step: int, total_steps: int | None) -> float:
    """η at a step: linear warm-up, then constant, or half a cosine down to zero at the end."""
    warm = min(1.0, (step + 1) / training.warmup) if training.warmup else 1.0
    if training.schedule == "constant" or total_steps is None:
        return training.learning_rate * warm
    glide = 0.5 * (1 + math.cos(math.pi * min(1.0, step / total_steps)))
    return training.learning_rate * min(warm, 1.0) * glide


class GradientLearner:
    """Adam (Kingma & Ba 2015) with warm-up, clipping and an average of the weights."""

    def __init__(self, model: GenerativeModel, training: Training, total_steps: int | None) -> None:
        self.model = model
        self.model.training_seed = training.seed
        self.training = training
        self.total_steps = total_steps
        self.steps = 0
        # Fused: one pass over the weights. A quarter more steps per second where they are many.
        self.optimizer = torch.optim.Adam(model.parameters(), lr=training.learning_rate, fused=True)
        self.kept = copy.deepcopy(model).eval() if training.ema else model
        self.kept.requires_grad_(not training.ema)

    def step(self, x: Tensor, y: Tensor | None) -> dict[str, Tensor]:
        """One step of Adam."""
        self.model.train()
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.training, self.steps, self.total_steps)
        self.model.training_step = self.steps
        self.optimizer.zero_grad(set_to_none=True)
        terms = self.model.loss(x, y)
        terms["loss"].backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        limit = self.training.clip or math.inf
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), limit)
        self.optimizer.step()
        self.steps += 1
        self._average()
        self.model.eval()
        return {name: term.detach() for name, term in terms.items()} | {"gradient_norm": norm}

    def _average(self) -> None:
        """θ̄ ← δ θ̄ + (1 − δ) θ, with δ rising from 0 so that the start is soon forgotten."""
        if not self.training.ema:
            return
        decay = min(self.training.ema, self.steps / (self.steps + 10))
        with torch.no_grad():
            torch._foreach_lerp_(
                list(self.kept.parameters()), list(self.model.parameters()), 1 - decay
            )

    def state_dict(self) -> dict[str, Tensor]:
        """Weights, their average, Adam's moments, and the step."""
        state = {f"model.{name}": p.detach() for name, p in self.model.named_parameters()}
        if self.training.ema:
            state |= {f"kept.{name}": p.detach() for name, p in self.kept.named_parameters()}
        for name, p in self.model.named_parameters():
            for key, value in self.optimizer.state.get(p, {}).items():
                state[f"adam.{name}.{key}"] = value
        return state | {"steps": torch.tensor(self.steps)}

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Restore exactly."""
        self.steps = int(state["steps"])
        with torch.no_grad():
            for name, p in self.model.named_parameters():
                p.copy_(state[f"model.{name}"])
                if f"adam.{name}.step" in state:
                    self.optimizer.state[p] = {
                        "step": state[f"adam.{name}.step"].to(p.device, copy=True),
                        "exp_avg": torch.empty_like(p).copy_(state[f"adam.{name}.exp_avg"]),
                        "exp_avg_sq": torch.empty_like(p).copy_(state[f"adam.{name}.exp_avg_sq"]),
                    }
            if self.training.ema:
                for name, p in self.kept.named_parameters():
                    p.copy_(state[f"kept.{name}"])

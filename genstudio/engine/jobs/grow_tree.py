"""The tree of dilated convolutions behind one sample, with the gradient at each node."""

from __future__ import annotations

from collections.abc import Generator

from genstudio.core.errors import UserError
from genstudio.core.messages import DilationRow, DilationTree, GrowTree, Wish
from genstudio.engine.loaded import loaded, sound_for, told_labels
from genstudio.models.dilations import tree
from genstudio.models.wavenet import WaveNet

__all__ = ["run"]


def run(request: GrowTree) -> Generator[None, Wish | None, DilationTree]:
    """One backward pass over what the sample sees."""
    model = loaded(request.run, request.device)
    if not isinstance(model, WaveNet):
        raise UserError(f"{model.title} has no dilated convolutions.", "Choose a WaveNet.")
    x = sound_for(model, request.sound)
    if not 0 <= request.step < x.shape[1]:
        raise UserError(f"There is no sample {request.step} in {x.shape[1]:,}.")
    y = told_labels(model, request.labels, 1)
    yield None
    found = tree(model, x, request.step, y)
    last = len(found.rows) - 1
    names = ["samples", *(f"into layer {layer + 1}" for layer in range(last - 1)), "output"]
    rows = tuple(
        DilationRow(name, row.dilation, row.positions, row.magnitudes)
        for name, row in zip(names, found.rows, strict=True)
    )
    return DilationTree(
        request.step, rows, model.receptive_field, model.receptive_milliseconds, found.nats
    )

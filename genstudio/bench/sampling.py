"""How much faster images are drawn than with one full pass of the network per symbol."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from genstudio.bench.arithmetic import matrix_vector_rate
from genstudio.bench.base import Options, Row, alternating, median_ratio
from genstudio.core.draw import DrawControls, Way
from genstudio.core.spaces import Grid
from genstudio.core.uniforms import uniforms

if TYPE_CHECKING:
    from genstudio.models.base import Autoregressive

__all__ = ["CASES", "Case", "goal", "one_thread", "run", "title"]

title = "Sampling, compiled against naive"
goal = ""

_PASSES = 4  # of the naive sampler in one measurement; every one of its passes costs the same
_ENOUGH = 1.0  # seconds, after which fewer of them do
_LEAST = 0.02  # seconds of drawing one image after the other: some take a fraction of a millisecond
_TOGETHER = 64
_TOGETHER_GOAL = 20
_BINARY = Grid(height=28, width=28, levels=2)
_COLOUR = Grid(height=32, width=32, channels=3, levels=256)


@dataclass(frozen=True)
class Case:
    """One network and what is asked of its sampler.

    Attributes:
        family: its name.
        config: its settings.
        words: its size, for people.
        times: how many times the naive sampler's speed is the goal, for one image.
        floors: how many times the arithmetic floor is allowed; None for no goal.
        milliseconds: what one image may take; None for no goal.
        space: what it draws.
    """

    family: str
    config: dict[str, Any]
    words: str
    times: float | None = None
    floors: float | None = None
    milliseconds: float | None = None
    space: Grid = field(default=_BINARY)


CASES = (
    Case("fvsbn", {}, "no hidden units", 1000),
    Case("nade", {"hidden": 500}, "500 hidden units", milliseconds=5),
    Case("made", {"hidden": 500}, "500 hidden units", 1000),
    Case("row-lstm", {"hidden": 16, "layers": 7, "head": 32}, "7 layers of 16", 100),
    Case("diagonal-bilstm", {"hidden": 16, "layers": 7, "head": 32}, "7 layers of 16", 100),
    Case("pixelcnn", {"channels": 32, "blocks": 15, "head": 32}, "15 blocks of 32", 400, 4),
    Case(
        "gated-pixelcnn",
        {"channels": 128, "layers": 10, "head": 128},
        "10 layers of 128",
        times=100,
        floors=3,
    ),
    Case(
        "pixelcnn++",
        {"channels": 32, "blocks": 1, "resolutions": 3},
        "3 resolutions of 32",
        183,
        space=_COLOUR,
    ),
)


def run(options: Options) -> list[Row]:
    """Draw with one thread: one image, and 64 together.

    The compiled sampler draws whole images; of the naive one a few symbols are timed. The floor
    is the multiply-adds of the incremental method at the rate at which this machine multiplies a
    matrix of as many weights with a vector.
    """
    rows = []
    with one_thread():
        for case in CASES:
            rows += _rows(case, options)
    return rows


def _rows(case: Case, options: Options) -> list[Row]:
    import torch  # noqa: PLC0415 - the list of benchmarks is shown without it

    from genstudio.models.base import Autoregressive  # noqa: PLC0415
    from genstudio.models.store import build, family  # noqa: PLC0415

    cls = family(case.family)
    model = build(case.family, case.space, cls.Config.checked(case.config)).requires_grad_(False)
    assert isinstance(model, Autoregressive)  # noqa: S101 - for the type checker
    options.tell(f"drawing with {cls.title}, {case.words}")
    kernel = model.kernel(torch.zeros(1, *case.space.shape, dtype=torch.long), None)
    assert kernel is not None  # noqa: S101 - every case is covered
    floor = kernel.multiply_adds / matrix_vector_rate(model.parameter_count)
    whole, times = _compared(model, 1, options)
    _, together = _compared(model, _TOGETHER, options)
    name = f"{cls.title}, {case.words}"
    note = f"{case.space}, {model.parameter_count:,} parameters: {_time(whole)} an image"
    rows = [_row(f"{name}: naive ÷ compiled", times, "×", case.times, True, note)]
    rows.append(
        _row(f"{name}: compiled ÷ floor", whole / floor, "×", case.floors, False, _time(floor))
    )
    if case.milliseconds is not None:
        rows.append(_row(f"{name}: one image", whole * 1000, "ms", case.milliseconds, False))
    rows.append(
        _row(f"{name}: {_TOGETHER} together, naive ÷ compiled", together, "×", _TOGETHER_GOAL, True)
    )
    return rows


def _row(
    name: str, value: float, unit: str, limit: float | None, at_least: bool, note: str = ""
) -> Row:
    if limit is None:
        return Row(name, value, unit, note=note)
    sign = "≥" if at_least else "≤"
    met = value >= limit if at_least else value <= limit
    return Row(name, value, unit, f"{sign} {limit:g} {unit}", met, note)


def _compared(model: Autoregressive, count: int, options: Options) -> tuple[float, float]:
    """Seconds of an image drawn the compiled way, and how many times that the naive one takes."""
    dimensions = model.space.dimensions
    naive, compiled = alternating(
        lambda: _per_symbol(model, count, Way.NAIVE, _PASSES),
        lambda: _per_symbol(model, count, Way.COMPILED, dimensions),
        options.count or (5 if count == 1 else 1),  # of many, each takes long enough
        warm_up=count == 1,
    )
    seconds = statistics.median(compiled) * dimensions / count
    return seconds, median_ratio(naive, compiled)


def _per_symbol(model: Autoregressive, count: int, way: Way, symbols: int) -> float:
    """Mean seconds of a symbol: of the naive way's first few, of whole images of the other."""
    u = uniforms(0, count, model.space.dimensions)
    began = time.perf_counter()
    done: int = 0
    spent: float = 0.0
    while done < symbols or (way is not Way.NAIVE and spent < _LEAST):
        for chunk in model.sample_steps(count, u, DrawControls(), way=way):
            done += chunk.symbols.shape[1]
            spent = time.perf_counter() - began
            if way is Way.NAIVE and (done >= symbols or spent > _ENOUGH):
                return spent / done
    return spent / done


@contextmanager
def one_thread() -> Iterator[None]:
    """What torch computes within is computed by one thread."""
    import torch  # noqa: PLC0415

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.3g} ms" if seconds < 1 else f"{seconds:.2g} s"

"""How fast one stream of sound is drawn, against one full pass of the receptive field per sample.

Forty layers of 32 channels, with 256 for the skip connections and the head: the size at which
other implementations are measured.
"""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

from genstudio.bench.arithmetic import matrix_vector_rate
from genstudio.bench.base import Options, Row, alternating, median_ratio
from genstudio.bench.sampling import one_thread
from genstudio.core.draw import DrawControls, Way
from genstudio.core.spaces import Sequence
from genstudio.core.uniforms import uniforms

if TYPE_CHECKING:
    from genstudio.models.base import Autoregressive

__all__ = ["CONFIG", "goal", "run", "title"]

title = "WaveNet, samples a second"
goal = "≥ 8,000 samples/s on one core, ≥ 700 × naive, ≤ 2 × the floor"

CONFIG = {"channels": 32, "layers": 10, "cycles": 4, "skip": 256, "head": 256}
_RATE = 16_000
_PAIRS = 5
_PASSES = 2  # of the naive sampler in one measurement; every one of its passes costs the same
_LEAST, _TIMES, _FLOORS = 8_000, 700, 2


def run(options: Options) -> list[Row]:
    """Draw with one thread, as long a sound as the network hears.

    The floor is the multiply-adds of the incremental method at the rate at which this machine
    multiplies a matrix of as many weights with a vector.
    """
    import torch  # noqa: PLC0415 - the list of benchmarks is shown without it

    from genstudio.models.store import build, family  # noqa: PLC0415
    from genstudio.models.wavenet import WaveNet  # noqa: PLC0415

    config = family("wavenet").Config.checked(CONFIG)
    short = Sequence(length=1, levels=256, rate=_RATE)
    probe = build("wavenet", short, config)
    assert isinstance(probe, WaveNet)  # noqa: S101 - for the type checker
    space = short.model_copy(update={"length": probe.receptive_field})
    model = build("wavenet", space, config).requires_grad_(False)
    assert isinstance(model, WaveNet)  # noqa: S101 - for the type checker
    kernel = model.kernel(torch.zeros(1, *space.shape, dtype=torch.long), None)
    options.tell(f"drawing {space.length:,} samples at a time")
    with one_thread():
        naive, compiled = alternating(
            lambda: _seconds(model, Way.NAIVE, _PASSES),
            lambda: _seconds(model, Way.COMPILED, space.length),
            options.count or _PAIRS,
        )
        floor = kernel.multiply_adds / space.length / matrix_vector_rate(model.parameter_count)
    one = statistics.median(compiled)
    times = median_ratio(naive, compiled)
    layers = len(model.gated_layers)
    name = f"{layers} layers of {CONFIG['channels']}"
    note = f"{model.parameter_count:,} parameters, hears {model.receptive_milliseconds:.0f} ms"
    return [
        _row(f"{name}: one stream", 1 / one, "samples/s", _LEAST, True, note),
        _row(f"{name}: naive ÷ compiled", times, "×", _TIMES, True, f"{_RATE / 1000:g} kHz"),
        _row(
            f"{name}: compiled ÷ floor", one / floor, "×", _FLOORS, False, f"{floor * 1e6:.1f} µs"
        ),
    ]


def _row(name: str, value: float, unit: str, limit: float, at_least: bool, note: str) -> Row:
    sign = "≥" if at_least else "≤"
    met = value >= limit if at_least else value <= limit
    return Row(name, value, unit, f"{sign} {limit:,} {unit}", met, note)


def _seconds(model: Autoregressive, way: Way, samples: int) -> float:
    """Mean seconds of a sample, of the first so many of one sound."""
    u = uniforms(0, 1, model.space.dimensions)
    began, done = time.perf_counter(), 0
    for chunk in model.sample_steps(1, u, DrawControls(), way=way):
        done += chunk.symbols.shape[1]
        if done >= samples:
            break
    return (time.perf_counter() - began) / done

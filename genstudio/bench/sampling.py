"""How much faster the incremental sampler draws than one full pass of the network per symbol."""

from __future__ import annotations

import itertools
import statistics
import time

from genstudio.bench.base import Options, Row, alternating, median_ratio

__all__ = ["goal", "run", "title"]

title = "Sampling, incremental against naive"
goal = ""

_PASSES = 4  # of the naive sampler in one measurement; every one of its passes costs the same


def run(options: Options) -> list[Row]:
    """Draw from one PixelCNN, 28×28 in two levels, one image and 64 together.

    The incremental sampler draws whole images; of the naive one a few symbols are timed.
    """
    import torch  # noqa: PLC0415 - the list of benchmarks is shown without it
    from torch import Tensor  # noqa: PLC0415

    from genstudio.core.draw import DrawControls  # noqa: PLC0415
    from genstudio.core.spaces import Grid  # noqa: PLC0415
    from genstudio.core.uniforms import uniforms  # noqa: PLC0415
    from genstudio.models.pixelcnn import PixelCNN  # noqa: PLC0415
    from genstudio.models.sampling import NaivePredictor, Predictor  # noqa: PLC0415

    class Naive(PixelCNN):
        """The same network, asked as the reference is."""

        def predictor(self, x: Tensor, y: Tensor | None) -> Predictor:
            return NaivePredictor(self, x, y)

    space = Grid(height=28, width=28, levels=2)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        fast = PixelCNN(space, PixelCNN.Config()).eval()
        slow = Naive(space, PixelCNN.Config()).eval()
    slow.load_state_dict(fast.state_dict())

    def per_symbol(model: PixelCNN, count: int, symbols: int) -> float:
        drawn = uniforms(0, count, space.dimensions)
        steps = model.sample_steps(count, drawn, DrawControls())
        began = time.perf_counter()
        for _ in itertools.islice(steps, symbols):
            pass
        return (time.perf_counter() - began) / symbols

    rows = []
    for count, words in ((1, "one image"), (64, "64 images together")):
        options.tell(f"drawing {words}")
        naive, incremental = alternating(
            lambda count=count: per_symbol(slow, count, _PASSES),  # type: ignore[misc]
            lambda count=count: per_symbol(fast, count, space.dimensions),  # type: ignore[misc]
            options.count or 5,
        )
        whole = statistics.median(incremental) * space.dimensions
        naively = statistics.median(naive) * space.dimensions
        rows.append(
            Row(
                f"{words}, naive ÷ incremental",
                median_ratio(naive, incremental),
                "×",
                note=f"28×28, {fast.parameter_count:,} parameters: "
                f"{whole * 1000:.0f} ms instead of {naively * 1000:.0f} ms",
            )
        )
    return rows

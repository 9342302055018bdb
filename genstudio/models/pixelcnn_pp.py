"""PixelCNN++: Salimans, Karpathy, Chen & Kingma (2017), a PixelCNN with a likelihood for colours.

Each pixel is one mixture of discretized logistics (sections 2.1 and 2.2, in `nn.logistic`), so the
network sees and predicts whole pixels. Two streams of gated residual blocks go through it: u sees
every row above, v also the pixels to the left (figure 2). Causality comes from shifting, not from
masks: u's kernels are 2×3, ending at their own row, v's are 2×2, ending at their own place.

Each stream is a U (sections 2.3 and 2.4, in `nn.shifted`) of blocks at several resolutions; of K
blocks, block K + 1 − i sees through a shortcut what block i made.

Weight normalisation is left out: with clipped gradients, 700 steps on colour shapes of 16×16 end
at 3.5 and 3.9 bits/dim without it and at 4.2 with it (two seeds), from the same first weights.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from genstudio.core.capabilities import Preset
from genstudio.core.settings import Settings, setting
from genstudio.core.spaces import Grid
from genstudio.core.training import WATCHED
from genstudio.kernels.base import Kernel
from genstudio.models.base import Autoregressive
from genstudio.models.sampling import Predictor, probabilities
from genstudio.nn.logistic import LogisticMixture, outputs_per_component
from genstudio.nn.shifted import Everywhere, Onward, Shape, ShiftedConv2d, Stream, concat_elu

if TYPE_CHECKING:
    from genstudio.kernels.pixelcnn_pp import Above, PixelCNNPPWeights, StreamWeights

__all__ = ["PixelCNNPP"]


class PixelCNNPPConfig(Settings):
    """The network's size."""

    channels: int = setting(32, help="Feature maps of each of the two streams.", ge=2, le=256)
    blocks: int = setting(
        1, help="Residual blocks of each stream at each resolution, down and up.", ge=1, le=8
    )
    resolutions: int = setting(
        3,
        help="How many sizes of the image are looked at; each is half the one before.",
        formula="⌈n/2ˡ⌉, l = 0 … R − 1",
        ge=1,
        le=5,
    )
    components: int = setting(
        10,
        help="Logistic distributions in the mixture of a pixel.",
        formula="p = Σₘ πₘ pₘ",
        ge=1,
        le=30,
    )
    dropout: float = setting(
        0.0,
        help="Share of features left out inside a block while training; 0.5 in the paper.",
        ge=0,
        le=0.9,
    )
    conditional: bool = setting(
        False, help="Tell the model the class, so that one can be asked for.", formula="p(x | y)"
    )


class PixelCNNPP(Autoregressive):
    """Whole pixels predicted as mixtures of logistics, by a U of shifted convolutions."""

    title = "PixelCNN++"
    summary = "A mixture of logistics for each pixel, from a network that looks at several sizes."
    reference = "Salimans, Karpathy, Chen & Kingma, PixelCNN++, 2017"
    spaces = (Grid,)
    Config = PixelCNNPPConfig
    presets = (
        Preset(
            name="quick look",
            help="A small network, long enough to draw the ground and hints of shapes.",
            config={"channels": 16, "blocks": 1, "resolutions": 2},
            training={
                "length": 600,
                "unit": "steps",
                "batch_size": 16,
                "learning_rate": 5e-3,
                **WATCHED,
            },
        ),
        Preset(
            name="good",
            help="Shapes in colour; on two cores a quarter of an hour for 16×16, 45 minutes "
            "for 32×32.",
            config={"channels": 32, "blocks": 1, "resolutions": 3},
            training={
                "length": 10000,
                "unit": "steps",
                "batch_size": 16,
                "learning_rate": 5e-3,
                "ema": 0.998,
            },
        ),
        Preset(
            name="thorough",
            help="Twice as deep and wide, trained for a night on a CPU or an hour on a GPU.",
            config={"channels": 64, "blocks": 2, "resolutions": 3},
            training={"length": 40, "unit": "epochs", "batch_size": 32, "ema": 0.9995},
        ),
        Preset(
            name="the paper's size",
            help="36 layers of 160 maps for natural images of 32×32; days on several GPUs.",
            config={
                "channels": 160,
                "blocks": 5,
                "resolutions": 3,
                "components": 10,
                "dropout": 0.5,
            },
            training={"length": 500, "unit": "epochs", "batch_size": 64, "ema": 0.9995},
        ),
    )
    space: Grid
    config: PixelCNNPPConfig

    def __init__(self, space: Grid, config: PixelCNNPPConfig) -> None:
        super().__init__(space, config)
        inputs, maps = space.channels + 1, config.channels
        labels = space.labels if config.conditional else ()
        self.first_u = ShiftedConv2d(inputs, maps, (2, 3), (1, 1, 2, -1))
        self.first_v = ShiftedConv2d(inputs, maps, (2, 1), (1, -1, 1, 0))
        shape = Shape(maps, config.blocks, config.resolutions, config.dropout)
        self.u = Stream(shape, labels, 3, second=False)
        self.v = Stream(shape, labels, 2, second=True)
        per_component = outputs_per_component(space.channels)
        self.last = nn.Conv2d(2 * maps, config.components * per_component, 1)
        self._spread()

    @torch.no_grad()
    def _spread(self) -> None:
        """Start near the uniform distribution, with the components side by side."""
        self.last.weight.mul_(0.1)
        m, c = self.config.components, self.space.channels
        assert self.last.bias is not None  # noqa: S101 - for the type checker
        parts = self.last.bias.view(-1, m)
        parts.zero_()
        parts[1 : 1 + c] = (torch.arange(m) * 2 + 1) / m - 1
        parts[1 + c : 1 + 2 * c] = -torch.tensor(float(m)).log()

    def mixture(self, x: Tensor, y: Tensor | None = None) -> LogisticMixture:
        """The distribution of every pixel given those before it; x (B, H, W, C)."""
        return self.whole(x, y)[0]

    def whole(
        self, x: Tensor, y: Tensor | None
    ) -> tuple[LogisticMixture, dict[int, Tensor], Everywhere, Everywhere]:
        """The mixture, what the blocks of u made, and what the layers of u and of v read."""
        y, levels = self.condition(y), self.config.resolutions
        image, for_u, for_v = (
            self.image(x),
            Everywhere(self.space, levels),
            Everywhere(self.space, levels),
        )
        seen = self.u(self.first_u(for_u.around(self.first_u, 0, image)), {}, y, for_u)
        made = self.v(self.first_v(for_v.around(self.first_v, 0, image)), seen, y, for_v)
        return self.head(made), seen, for_u, for_v

    def head(self, made: dict[int, Tensor]) -> LogisticMixture:
        """The last layer."""
        outputs = self.last(concat_elu(made[len(self.v.blocks) - 1]))
        return LogisticMixture.of(outputs, self.space.channels, self.space.levels)

    def image(self, x: Tensor) -> Tensor:
        """Symbols as numbers −1 … 1, and a map of ones, since beyond the border all is zero."""
        numbers = self.rescaled(x)
        maps = torch.cat([numbers, torch.ones_like(numbers[..., :1])], dim=-1)
        return maps.permute(0, 3, 1, 2)

    def rescaled(self, x: Tensor) -> Tensor:
        """Symbols 0 … K − 1 as numbers −1 … 1."""
        return x.to(self.last.weight.dtype) * (2 / (self.space.levels - 1)) - 1

    def logits(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """(B, K, H, W, C), logarithms of probabilities; large where K is, so scores avoid them."""
        return self.mixture(x, y).logits(x)

    def surprise(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """−ln p(xₜ | x₁ … xₜ₋₁) at each place, nats, (B, H, W, C), straight from the mixture."""
        return self.mixture(x, y).surprise(x)

    def log_prob(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """The sum of the pixels' log-likelihoods, nats, (B,)."""
        return self.mixture(x, y).log_prob(x).flatten(1).sum(dim=1)

    def predictor(self, x: Tensor, y: Tensor | None) -> Predictor:
        """Only what each new pixel adds."""
        return PixelCNNPPPredictor(self, x, y)

    def kernel(self, x: Tensor, y: Tensor | None) -> Kernel:
        """The same in machine code."""
        from genstudio.kernels.pixelcnn_pp import PixelCNNPPKernel  # noqa: PLC0415 - numba takes a while

        y = self.condition(y)
        told = torch.zeros(2, len(x), len(self.u.gated), 2 * self.config.channels)
        for index, stream in enumerate((self.u, self.v)):
            for number, block in enumerate(stream.gated):
                if block.told is not None and y is not None:
                    told[index, :, number] = block.told(y)

        def full_pass(row: int) -> tuple[NDArray[np.float32], NDArray[np.float32], Above, Above]:
            with torch.no_grad():
                mixture, _, for_u, for_v = self.whole(x, y)
                p = probabilities(mixture.logits(x).flatten(2).transpose(1, 2))
            image = self.image(x).permute(0, 2, 3, 1).numpy()
            return p, image, self._above(self.u, for_u, row), self._above(self.v, for_v, row)

        return PixelCNNPPKernel(
            self.once_per_weights(self._kernel_weights),
            told.numpy(),
            full_pass,
            self.space.shape,
            self.space.levels,
        )

    def _above(self, stream: Stream, everywhere: Everywhere, row: int) -> Above:
        """What the layers of a stream read in the row above a row, each at its own level."""
        batch, maps, width = len(everywhere.left[0]), self.config.channels, self.space.width
        one = torch.zeros(batch, len(stream.gated), width, 2 * maps)
        two = torch.zeros_like(one)
        down = torch.zeros(batch, len(stream.strided), width, maps)

        def put(layer: ShiftedConv2d, level: int, into: Tensor) -> None:
            line = everywhere.read[layer][:, :, (row >> level) - 1].transpose(1, 2)
            into[:, : line.shape[1]] = line

        for number, block in enumerate(stream.gated):
            put(block.first, stream.level(number), one[:, number])
            put(block.second, stream.level(number), two[:, number])
        for level, layer in enumerate(stream.strided):
            put(layer, level, down[:, level])
        return one.numpy(), two.numpy(), down.numpy()

    def _kernel_weights(self) -> PixelCNNPPWeights:
        from genstudio.kernels.pixelcnn_pp import PixelCNNPPWeights  # noqa: PLC0415 - as above

        return PixelCNNPPWeights(
            u=self._stream_weights(self.first_u, self.u),
            v=self._stream_weights(self.first_v, self.v),
            last=self.last.weight.detach()[:, :, 0, 0].contiguous().numpy(),
            last_bias=_bias(self.last).numpy(),
        )

    def _stream_weights(self, first: ShiftedConv2d, stream: Stream) -> StreamWeights:
        from genstudio.kernels.pixelcnn_pp import StreamWeights  # noqa: PLC0415 - as above

        maps, blocks, half = self.config.channels, stream.gated, len(stream.gated) // 2

        def rows(layers: list[ShiftedConv2d]) -> NDArray[np.float32]:
            """(2, L, outputs, places · inputs): the row above and the own one."""
            if not layers:
                return np.zeros((2, 0, maps, 2 * maps), np.float32)
            parts = [layer.weight.detach().permute(2, 0, 3, 1).flatten(2) for layer in layers]
            return torch.stack(parts, dim=1).contiguous().numpy()

        def biases(layers: Iterable[nn.Conv2d | nn.ConvTranspose2d]) -> NDArray[np.float32]:
            parts = [_bias(layer) for layer in layers]
            return torch.stack(parts).numpy() if parts else np.zeros((0, maps), np.float32)

        short = torch.zeros(len(blocks), maps, 2 * maps)
        other = torch.zeros_like(short)
        for index, block in enumerate(blocks):
            beside = [layer.weight.detach()[:, :, 0, 0] for layer in block.points]
            if index >= half:
                short[index] = beside.pop()
            if beside:
                other[index] = beside.pop()
        up = torch.zeros(len(stream.ups), 2, 2, maps, maps)
        for level, layer in enumerate(stream.raising):
            up[level] = layer.weight.detach().permute(2, 3, 1, 0)
        return StreamWeights(
            first=np.ascontiguousarray(rows([first])[:, 0]),
            first_bias=_bias(first).numpy(),
            one=rows([block.first for block in blocks]),
            one_bias=biases(block.first for block in blocks),
            two=rows([block.second for block in blocks]),
            two_bias=biases(block.second for block in blocks),
            short=short.numpy(),
            other=other.numpy(),
            down=rows(stream.strided),
            down_bias=biases(stream.strided),
            up=up.numpy(),
            up_bias=biases(stream.raising),
        )

    def loss(self, x: Tensor, y: Tensor | None = None) -> dict[str, Tensor]:
        """Mean negative log-likelihood, nats per datum; what is dropped depends on the step."""
        if not (self.training and self.config.dropout):
            return super().loss(x, y)
        devices = [x.device] if x.device.type == "cuda" else []
        # A resumed training drops the same features as one that was never stopped.
        with torch.random.fork_rng(devices=devices):
            torch.manual_seed(self.training_step)
            return super().loss(x, y)


def _bias(layer: nn.Conv2d | nn.ConvTranspose2d) -> Tensor:
    assert layer.bias is not None  # noqa: S101 - for the type checker: these have one
    return layer.bias.detach()


class PixelCNNPPPredictor(Predictor):
    """The network once per pixel: u a row at a time, v a place at a time, coarser levels rarely.

    `rows` holds what the blocks of u made in the row that is being drawn, each at its level.
    """

    def __init__(self, model: PixelCNNPP, x: Tensor, y: Tensor | None) -> None:
        self.model = model
        self.x = x.clone()
        told = model.condition(y)
        self.y = None if told is None else told.clone()
        self.u = Onward(model.u, model.space, len(x))
        self.v = Onward(model.v, model.space, len(x))
        self.rows: dict[int, Tensor] = {}
        self.image = nn.functional.pad(model.image(x), (1, 1, 2, 0))
        self.pixel = -1
        self.mixture: LogisticMixture | None = None

    def prefix(self, steps: int) -> Tensor:
        """One pass of the whole network, whose layers are kept as the past of what follows."""
        mixture, seen, for_u, for_v = self.model.whole(self.x, self.y)
        row = min(steps // math.prod(self.model.space.shape[1:]), self.model.space.height - 1)
        self.u.refill(for_u, row)
        self.v.refill(for_v, row)
        for block, made in seen.items():
            i = row >> self.model.u.level(block)
            self.rows[block] = made[:, :, i : i + 1]
        return mixture.logits(self.x).flatten(2)[:, :, :steps].transpose(1, 2)

    def logits(self, step: int) -> Tensor:
        """The mixture of the step's pixel, given the pixel's earlier channels; (B, K)."""
        pixel, channel = divmod(step, self.model.space.channels)
        row, column = divmod(pixel, self.model.space.width)
        if self.mixture is None or pixel != self.pixel:
            self.mixture = self._place(row, column)
            self.pixel = pixel
        here = self.x[:, row : row + 1, column : column + 1]
        return self.mixture.conditional(here, channel)[:, :, 0, 0]

    def put(self, step: int, symbols: Tensor) -> None:
        """Write into the image."""
        pixel, channel = divmod(step, self.model.space.channels)
        row, column = divmod(pixel, self.model.space.width)
        self.x[:, row, column, channel] = symbols
        self.image[:, channel, row + 2, column + 1] = self.model.rescaled(symbols)

    def state(self, step: int) -> Iterable[Tensor]:
        """The rows that may still be read, and the mixture of the pixel that is being drawn."""
        row = step // math.prod(self.model.space.shape[1:])
        yield self.x[:, row : row + 1]
        yield self.image[:, :, row : row + 3]
        yield from (*self.u.state(row), *self.v.state(row), *self.rows.values())
        if self.mixture is not None:
            yield from self.mixture.parts()
        if self.y is not None:
            yield self.y

    def _place(self, row: int, column: int) -> LogisticMixture:
        model = self.model
        if column == 0:
            self.u.at(row, None)
            first = model.first_u(self.image[:, :, row : row + 2])
            self.rows |= model.u(first, {}, self.y, self.u)
        self.v.at(row, column)
        seen = {}
        for block, made in self.rows.items():
            j = column >> model.u.level(block)
            seen[block] = made[..., j : j + 1]
        first = model.first_v(self.image[:, :, row + 1 : row + 3, column : column + 1])
        return model.head(model.v(first, seen, self.y, self.v))

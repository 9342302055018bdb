"""What a method of inpainting is: it fills in what is hidden in one image, several times over.

x_h are the hidden symbols, x_k the known ones; what is asked for is p(x_h | x_k).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from genstudio.core.capabilities import Capability
from genstudio.core.discovery import import_modules
from genstudio.core.errors import UserError
from genstudio.core.inpainting import Inpainted, MethodCard, Moments
from genstudio.core.settings import Settings
from genstudio.models.base import GenerativeModel

__all__ = ["Method", "Problem", "method", "methods", "registered"]

registered: dict[str, type[Method]] = {}
"""Every method by name; filled as its module is imported."""


@dataclass(frozen=True)
class Problem:
    """One image of which something is hidden, to be completed B times.

    Attributes:
        model: whose distribution it is.
        image: (*S) int64 symbols, 0 where hidden.
        known: (*S) bool, True means known.
        count: B.
        seed: of everything that is drawn; completion b depends on (seed, b) alone where the
            method lets completions be independent.
        y: (1, L) classes on the model's device, or None.
    """

    model: GenerativeModel
    image: NDArray[np.int64]
    known: NDArray[np.bool_]
    count: int
    seed: int
    y: Tensor | None = None

    @cached_property
    def hidden_places(self) -> NDArray[np.int64]:
        """The flat indices in S of what is hidden, ascending."""
        return np.flatnonzero(~self.known.reshape(-1))

    def images(self, count: int | None = None) -> Tensor:
        """(count, *S) copies on the model's device; B of them unless said otherwise."""
        x = torch.from_numpy(self.image).to(self.model.device)
        return x.expand(self.count if count is None else count, *x.shape).clone()

    def labels(self, count: int | None = None) -> Tensor | None:
        """(count, L) copies of the classes, or None."""
        return None if self.y is None else self.y.expand(self.count if count is None else count, -1)


class Method(ABC):
    """Base of every method. Naming a `title` registers the class.

    Attributes:
        position: among the methods: the plain ones first.
        settings: an instance of `Controls`.
    """

    title: ClassVar[str]
    position: ClassVar[int]
    sentence: ClassVar[str]
    formula: ClassVar[str]
    needs: ClassVar[tuple[Capability, ...]]
    sees: ClassVar[Literal["past", "all"]]
    Controls: ClassVar[type[Settings]]

    settings: Any

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "title" in cls.__dict__:
            registered[cls.name()] = cls

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @classmethod
    def name(cls) -> str:
        """The method's name on the command line: its title, lower case, hyphens for spaces."""
        return cls.title.lower().replace(" ", "-")

    @classmethod
    def card(cls) -> MethodCard:
        """The method as plain data."""
        return MethodCard(
            name=cls.name(),
            title=cls.title,
            sentence=cls.sentence,
            formula=cls.formula,
            needs=cls.needs,
            sees=cls.sees,
            settings_schema=cls.Controls.model_json_schema(),
        )

    def check(self, problem: Problem) -> None:
        """Refuse what the method cannot do, before anything starts.

        Raises:
            UserError: in one sentence.
        """
        missing = [need for need in self.needs if need not in problem.model.card().capabilities]
        if missing:
            raise UserError(
                f"{self.title} needs a model that is {' and '.join(missing)}, "
                f"which {problem.model.title} is not."
            )

    def stages(self, problem: Problem) -> int:
        """How many stages there will be, as far as that is known; 0 if not."""
        return 0

    @abstractmethod
    def run(self, problem: Problem) -> Generator[Moments, None, Inpainted]:
        """Complete; at least one symbol is hidden. Yields as it goes, every few milliseconds."""


def methods() -> dict[str, type[Method]]:
    """Every method by name, by position."""
    from genstudio import inpainting  # noqa: PLC0415 - the package lists this module too

    import_modules(inpainting)
    return dict(sorted(registered.items(), key=lambda item: item[1].position))


def method(name: str) -> type[Method]:
    """A method by name.

    Raises:
        UserError: there is none; the known ones are listed.
    """
    known = methods()
    if name not in known:
        raise UserError(f"There is no method “{name}”.", f"Known: {', '.join(known)}.")
    return known[name]

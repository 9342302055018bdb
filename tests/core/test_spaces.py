"""Spaces: what a datum is, read back as what it was."""

import math

import pytest
from pydantic import TypeAdapter, ValidationError

from genstudio.core.errors import UserError
from genstudio.core.spaces import Grid, Label, Sequence, Space, grid_of

SOUND = Sequence(
    length=4000, levels=256, rate=8000, labels=(Label(name="digit", classes=("0", "1")),)
)


def test_a_sequence_knows_its_shape_its_duration_and_its_score() -> None:
    assert SOUND.shape == (4000, 1)
    assert SOUND.dimensions == 4000
    assert SOUND.seconds == 0.5
    # A uniform model spends eight bits on each of 256 levels.
    assert SOUND.bits_per_dimension(4000 * math.log(256)) == pytest.approx(8)
    assert str(SOUND) == "0.5 s of sound at 8 kHz, 256 levels"


@pytest.mark.parametrize("space", [SOUND, Grid(height=3, width=4, channels=3, levels=16)])
def test_a_space_is_read_back_as_its_own_kind(space: Grid | Sequence) -> None:
    assert TypeAdapter(Space).validate_json(space.model_dump_json()) == space


@pytest.mark.parametrize("change", [{"kind": "points"}, {"length": 0}, {"channels": 2}])
def test_what_is_no_space_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Space).validate_python(SOUND.model_dump() | change)


def test_what_is_for_images_refuses_sounds_in_a_sentence() -> None:
    grid = Grid(height=3, width=4, levels=16)
    assert grid_of(grid) is grid
    with pytest.raises(UserError, match=r"for images, and the data are 0\.5 s of sound"):
        grid_of(SOUND)

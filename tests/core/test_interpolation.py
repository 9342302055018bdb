"""Ways between codes: against geometry, and where geometry has nothing to say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation, Slerp

from genstudio.core.errors import UserError
from genstudio.core.interpolation import along, difference, linear, spherical, way

SHARES = np.linspace(0, 1, 11)


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def test_linear_goes_evenly_and_meets_both_ends_exactly() -> None:
    a, b = normal(2, 3)
    found = linear(a, b, SHARES)
    assert np.array_equal(found[0], a)
    assert np.array_equal(found[-1], b)
    np.testing.assert_allclose(np.diff(found, axis=0), np.tile((b - a) / 10, (10, 1)), atol=1e-12)


def test_spherical_is_a_rotation_by_even_steps() -> None:
    """Against powers of the matrix that turns the one into the other, in six dimensions."""
    from scipy.linalg import expm

    a, other = normal(2, 6)
    a /= np.linalg.norm(a)
    across = other - (other @ a) * a
    across /= np.linalg.norm(across)
    angle = 2.1
    b = math.cos(angle) * a + math.sin(angle) * across
    generator = np.outer(across, a) - np.outer(a, across)
    turned = np.stack([expm(t * angle * generator) @ a for t in SHARES])
    np.testing.assert_allclose(spherical(a, b, SHARES), turned, atol=1e-12)


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 64), st.integers(0, 10_000), st.floats(0.1, 5))
def test_spherical_keeps_the_length_where_both_have_it(size: int, seed: int, r: float) -> None:
    a, b = (r * code / np.linalg.norm(code) for code in normal(2, size, seed=seed))
    np.testing.assert_allclose(np.linalg.norm(spherical(a, b, SHARES), axis=1), r, rtol=1e-6)


def test_the_straight_way_leads_through_the_inside() -> None:
    a, b = normal(2, 256)
    middle = np.array([0.5])
    inside = np.linalg.norm(linear(a, b, middle)) / math.sqrt(256)
    on = np.linalg.norm(spherical(a, b, middle)) / math.sqrt(256)
    assert inside == pytest.approx(math.sqrt(0.5), abs=0.1)
    assert on == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("b", [[2.0, 2.0], [1 + 1e-9, 1.0], [-1.0, -1.0], [0.0, 0.0]])
def test_without_a_plane_to_turn_in_the_way_is_straight(b: list[float]) -> None:
    a, end = np.ones(2), np.array(b)
    found = spherical(a, end, SHARES)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found, linear(a, end, SHARES), atol=1e-7)


@pytest.mark.parametrize("turning", [False, True])
def test_a_way_visits_its_stations_and_keeps_the_shape_of_codes(turning: bool) -> None:
    stations = list(normal(3, 2, 4))
    found = way(stations, 9, turning)
    assert found.shape == (9, 2, 4)
    for at, station in zip((0, 4, 8), stations, strict=True):
        np.testing.assert_allclose(found[at], station, atol=1e-12)
    alone = (spherical if turning else linear)(stations[1], stations[2], np.array([0.5]))
    np.testing.assert_allclose(found[6], alone[0], atol=1e-12)


def test_ways_that_lead_nowhere_are_refused() -> None:
    with pytest.raises(UserError, match="two or more"):
        way([np.zeros(2)], 5)
    with pytest.raises(UserError, match="at least 3 steps, not 2"):
        way(list(normal(3, 2)), 2)


def test_a_direction_moves_the_mean_of_one_group_to_that_of_the_other() -> None:
    with_it, without = normal(40, 5) + 3, normal(30, 5, seed=1)
    moved = without + difference(with_it, without)
    np.testing.assert_allclose(moved.mean(axis=0), with_it.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(difference(with_it, without), -difference(without, with_it))
    with pytest.raises(UserError, match="one is empty"):
        difference(with_it, without[:0])


@pytest.mark.parametrize("seed", range(5))
def test_unit_quaternions_turn_as_scipy_turns_them(seed: int) -> None:
    first, last = (Rotation.random(random_state=2 * seed + k).as_quat() for k in (0, 1))
    if first @ last < 0:
        last = -last  # scipy takes the shorter way; this is the same rotation
    expected = Slerp([0, 1], Rotation.from_quat([first, last]))(SHARES)
    found = Rotation.from_quat(spherical(first, last, SHARES))
    assert np.abs((expected.inv() * found).magnitude()).max() < 1e-7


def test_places_beyond_the_ends_are_the_ends_and_halves_are_between() -> None:
    codes = normal(4, 3, seed=2)
    halves = along(codes, np.array([0.5, 2.5]), "linear")
    assert np.allclose(halves, [(codes[0] + codes[1]) / 2, (codes[2] + codes[3]) / 2])
    assert np.allclose(along(codes, np.array([-1.0, 9.0]), "spherical"), codes[[0, -1]])


def test_one_code_is_the_whole_way() -> None:
    code = np.ones((1, 2))
    assert np.allclose(along(code, np.array([0.0]), "spherical"), code)

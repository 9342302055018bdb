"""Ways between codes, against rotations by scipy and against what they must be at their ends."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation, Slerp

from genstudio.core.interpolation import along, linear, slerp

SHARES = np.linspace(0, 1, 9)


def test_the_straight_way_has_equal_steps() -> None:
    rng = np.random.default_rng(0)
    first, last = rng.normal(size=(2, 5))
    found = linear(first, last, SHARES)
    assert np.allclose(np.diff(found, axis=0), (last - first) / 8)
    assert np.allclose(found[[0, -1]], [first, last])


@pytest.mark.parametrize("seed", range(5))
def test_unit_quaternions_turn_as_scipy_turns_them(seed: int) -> None:
    first, last = (Rotation.random(random_state=2 * seed + k).as_quat() for k in (0, 1))
    if first @ last < 0:
        last = -last  # scipy takes the shorter way; this is the same rotation
    expected = Slerp([0, 1], Rotation.from_quat([first, last]))(SHARES)
    found = Rotation.from_quat(slerp(first, last, SHARES))
    assert np.abs((expected.inv() * found).magnitude()).max() < 1e-7


def test_the_spherical_way_stays_on_the_sphere_and_turns_evenly() -> None:
    rng = np.random.default_rng(1)
    first, last = rng.normal(size=(2, 16))
    first, last = (3 * code / np.linalg.norm(code) for code in (first, last))
    found = slerp(first, last, SHARES)
    assert np.allclose(np.linalg.norm(found, axis=1), 3)
    cosines = (found[1:] * found[:-1]).sum(axis=1) / 9
    assert np.ptp(np.arccos(cosines)) < 1e-9
    assert np.allclose(found[[0, -1]], [first, last])


@pytest.mark.parametrize("last", [[2.0, 4.0], [-1.0, -2.0], [0.0, 0.0], [1.0, 2.0 + 1e-12]])
def test_where_there_is_no_angle_the_way_is_straight(last: list[float]) -> None:
    first = np.array([1.0, 2.0])
    found = slerp(first, np.array(last), SHARES)
    assert np.allclose(found, linear(first, np.array(last), SHARES))


def test_a_way_through_several_codes_meets_each() -> None:
    codes = np.random.default_rng(2).normal(size=(4, 3))
    for way in ("linear", "spherical"):
        found = along(codes, np.arange(4), way)
        assert np.allclose(found, codes)
    halves = along(codes, np.array([0.5, 2.5]), "linear")
    assert np.allclose(halves, [(codes[0] + codes[1]) / 2, (codes[2] + codes[3]) / 2])
    assert np.allclose(along(codes, np.array([-1.0, 9.0]), "linear"), codes[[0, -1]])


def test_one_code_is_the_whole_way() -> None:
    code = np.ones((1, 2))
    assert np.allclose(along(code, np.array([0.0]), "spherical"), code)

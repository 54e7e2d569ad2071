"""A GitHub to test against: over real HTTP on loopback, built from real git repositories on disk."""

from tests.fakehub.hub import FakeHub as FakeHub

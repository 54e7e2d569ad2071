"""Tests of the kinds of repositories."""

"""Tests of the manifest readers: real-life files as tables of cases."""

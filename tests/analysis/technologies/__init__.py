"""Tests of the technologies table and of detection."""

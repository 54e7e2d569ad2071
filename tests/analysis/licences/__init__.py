"""Tests of licence detection."""

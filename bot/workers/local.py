"""Analyses a local git checkout in this process: what `python -m bot analyze PATH` runs."""

from bot.workers.digest import analyze_checkout

__all__ = ["analyze_checkout"]

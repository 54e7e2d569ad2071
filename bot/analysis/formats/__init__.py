"""A report for other readers: Markdown for people, SARIF for code scanning. JSON is `encode_report`."""

from bot.analysis.formats.markdown import to_markdown
from bot.analysis.formats.sarif import to_sarif

__all__ = ["to_markdown", "to_sarif"]

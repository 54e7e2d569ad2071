"""Which licence a repository has: by the texts of its licence files, compared with its manifests and GitHub."""

from bot.analysis.licences.finding import LicenceFinding, find_licence
from bot.analysis.licences.names import is_licence_file
from bot.analysis.licences.texts import Identified, identify

__all__ = ["Identified", "LicenceFinding", "find_licence", "identify", "is_licence_file"]

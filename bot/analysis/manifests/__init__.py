"""What a repository declares: `read_inventory` turns the manifests of a tree into one `Inventory`."""

from bot.analysis.manifests.names import is_example, is_manifest
from bot.analysis.manifests.nouns import (
    DeclaredLicence,
    Inventory,
    Lockfile,
    Manifest,
    Problem,
    Workspace,
)
from bot.analysis.manifests.reading import read_inventory

__all__ = [
    "DeclaredLicence",
    "Inventory",
    "Lockfile",
    "Manifest",
    "Problem",
    "Workspace",
    "is_example",
    "is_manifest",
    "read_inventory",
]

"""The tables. Keys are GitHub's numeric ids (names change); times are UTC; JSON is text in both databases.

Changing a table means a new revision in `migrations/versions/`; a test compares the two.
"""

from __future__ import annotations

from bot.storage.tables.base import Base
from bot.storage.tables.deliveries import ArrivalRow, DeliveryBodyRow, DeliveryRow, OutboxRow
from bot.storage.tables.people import (
    ApiTokenRow,
    SubscriptionRow,
    UserInstallationRow,
    UserRepositoryRow,
    WebSessionRow,
)
from bot.storage.tables.reports import (
    ReportRow,
    RepositoryActionRow,
    RepositoryCheckRow,
    RepositoryLanguageRow,
    RepositoryOwnerRow,
    RepositoryPackageRow,
    RepositoryTechnologyRow,
)
from bot.storage.tables.repositories import (
    LIST_FILTERS,
    LIST_SORTS,
    POSTGRESQL_FILTERS,
    FactsRow,
    InstallationRow,
    RepositoryRow,
    list_index,
)
from bot.storage.tables.upkeep import BudgetRow, FiguresRow, MarkRow, RateWindowRow
from bot.storage.tables.work import BatchItemRow, BatchRow, CheckRunRow, CommandRow, RunRow

__all__ = [
    "LIST_FILTERS",
    "LIST_SORTS",
    "POSTGRESQL_FILTERS",
    "ApiTokenRow",
    "ArrivalRow",
    "Base",
    "BatchItemRow",
    "BatchRow",
    "BudgetRow",
    "CheckRunRow",
    "CommandRow",
    "DeliveryBodyRow",
    "DeliveryRow",
    "FactsRow",
    "FiguresRow",
    "InstallationRow",
    "MarkRow",
    "OutboxRow",
    "RateWindowRow",
    "ReportRow",
    "RepositoryActionRow",
    "RepositoryCheckRow",
    "RepositoryLanguageRow",
    "RepositoryOwnerRow",
    "RepositoryPackageRow",
    "RepositoryRow",
    "RepositoryTechnologyRow",
    "RunRow",
    "SubscriptionRow",
    "UserInstallationRow",
    "UserRepositoryRow",
    "WebSessionRow",
    "list_index",
]

"""Are credentials checked in? (catalogue entry 42). Only kind, place and a hash are ever known here."""

from __future__ import annotations

from bot.analysis.finding import Finding, at, failed, not_applicable, passed, warned
from bot.analysis.secret_exceptions import declared_harmless
from bot.analysis.view import View
from bot.analysis.words import capital, code, counted, listed

_ASIDE = frozenset(
    {
        "test",
        "tests",
        "testdata",
        "test-data",
        "fixtures",
        "__fixtures__",
        "spec",
        "specs",
        "example",
        "examples",
        "docs",
        "mocks",
        "__tests__",
        "e2e",
        "testing",
        "samples",
        "sample",
    }
)


def judge(view: View) -> list[Finding]:
    """secrets."""
    return [_secrets(view)]


def _secrets(view: View) -> Finding:
    if view.is_empty:
        return not_applicable("secrets", "there are no files")
    excused = declared_harmless(view.contents.texts, view.contents.secrets)
    secrets = [secret for secret in view.contents.secrets if secret not in excused]
    if not secrets:
        where = sorted(set(excused.values()))
        known = f"; {len(excused):,} declared harmless in {code(where)}" if excused else ""
        found = f"None found in {counted(len(view.contents.files), 'file')}{known}."
        return passed("secrets", found, *(at(path) for path in where))
    real = [s for s in secrets if not _ASIDE & set(s.path.lower().split("/")[:-1])]
    shown = real or list(secrets)
    kinds = sorted({s.kind for s in shown})
    evidence = [at(s.path, s.line, s.kind) for s in shown[:20]]
    places = code([f"{s.path}:{s.line}" for s in shown], limit=3)
    found = f"{capital(counted(len(shown), 'credential'))} ({listed(kinds, limit=3)}) at {places}."
    if not real:
        return warned(
            "secrets",
            f"{found} All stand in tests, examples or documents.",
            *evidence,
            action="Check the credentials in tests and examples",
            next_step=(
                f"Make sure that those at {places} are invented; replace them by obviously false ones, so that "
                "scanners stay quiet."
            ),
            share=0.7,
        )
    return failed(
        "secrets",
        found,
        *evidence,
        action="Revoke the leaked credential" if len(shown) == 1 else f"Revoke {len(shown)} leaked credentials",
        next_step=(
            f"Revoke what stands at {places} first: it stays in the history; then read it from the environment, and "
            "switch on push protection."
        ),
    )

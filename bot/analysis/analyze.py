"""From a snapshot to a report: reads everything once into a view, asks the questions, weighs, and writes it up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from bot.analysis.actions import make_actions
from bot.analysis.activity import measure_activity
from bot.analysis.changes import compare
from bot.analysis.checking import make_checks, threshold_failures
from bot.analysis.component_checks import judge_components
from bot.analysis.components import find_components
from bot.analysis.config import RadarConfig, digest_of, read_config
from bot.analysis.documents import find_files, with_fallbacks
from bot.analysis.insights import find_insights
from bot.analysis.kinds import Clues, find_kind
from bot.analysis.licences import find_licence
from bot.analysis.manifests import read_inventory
from bot.analysis.measure import measure_languages, measure_size, official_languages
from bot.analysis.owners_file import OwnersFile, OwnersMatch, match_owners, read_owners
from bot.analysis.ownership import measure_ownership
from bot.analysis.questions import QUESTIONS
from bot.analysis.questions.authors import is_solo
from bot.analysis.questions.identity import purpose_of
from bot.analysis.questions.structure import duplicated_share, markers_per_thousand, source_depth
from bot.analysis.readme import read_readme
from bot.analysis.runtimes import find_runtimes
from bot.analysis.scoring import grade_of, group_scores, tally
from bot.analysis.status import judge_status
from bot.analysis.summary import write_summary
from bot.analysis.technologies import find_technologies
from bot.analysis.view import LicenceAnswer, View, index_tree, is_tiny
from bot.analysis.workflows import WORKFLOW_PATH, read_workflow
from bot.model.report import Document, Evidence, HotFunction, Identity, LargeFile, Report, Structure
from bot.model.snapshot import Contents, FileClass, Snapshot

RULESET_VERSION = "1.3.0"
"""Rises with every change of a rule, a weight or a grade; scores of different rulesets are not compared."""

_TOP = 10
_NOTHING = Contents(files=(), texts={})


def analyze(snapshot: Snapshot, *, now: datetime, previous: Report | None = None) -> Report:
    """The report on `snapshot` as of `now` (with zone); the same input gives the same bytes.

    `previous` adds `changes`. `analysis_duration_ms` and `api_requests` are left 0 for the caller.
    """
    view = make_view(snapshot, now)
    findings = [finding for question in QUESTIONS for finding in question(view)]
    checked = make_checks(view, findings)
    checks = [check for check, _ in checked]
    sums = tally(checks)
    actions = make_actions(checked, sums, is_archived=view.facts.is_archived)
    groups = group_scores(checks)
    report = Report(
        ruleset_version=RULESET_VERSION,
        config_digest=digest_of(view.config),
        repository=_identity(view),
        analyzed_at=now,
        kind=view.kind.kind,
        kind_evidence=view.kind.evidence,
        licence=view.licence.licence,
        summary=write_summary(view, actions, sums.score),
        status=view.status.status,
        status_reason=view.status.reason,
        is_stable=view.status.is_stable,
        score=sums.score,
        grade=grade_of(sums.score),
        coverage=sums.coverage,
        groups=groups,
        insights=find_insights(view, checks, sums.coverage),
        actions=actions,
        tech_stack=view.technologies,
        packages=view.packages,
        runtimes=view.runtimes,
        languages=view.languages,
        official_languages=official_languages(view.facts.languages),
        size=view.size,
        components=view.components,
        documents=view.documents,
        checks=(*checks, *judge_components(view)),
        activity=view.activity,
        ownership=measure_ownership(view),
        structure=_structure(view),
        partial=view.contents.cut,
        publish=view.config.publish,
        threshold_failures=threshold_failures(
            checks,
            sums.score,
            {g.group.value: g.score for g in groups},
            view.config,
            _comparable_score(previous, view),
        ),
    )
    return report if previous is None else msgspec.structs.replace(report, changes=compare(previous, report))


def _comparable_score(previous: Report | None, view: View) -> int | None:
    """The previous score, where it was given under this ruleset and configuration."""
    if previous is None or previous.ruleset_version != RULESET_VERSION:
        return None
    return previous.score if previous.config_digest == digest_of(view.config) else None


def make_view(snapshot: Snapshot, now: datetime) -> View:
    """Everything that the questions look at."""
    facts = snapshot.facts
    whole = snapshot.contents or _NOTHING
    config, slips = read_config(whole.texts)
    contents = _without_excluded(whole, config)
    tree = index_tree(contents.files)
    inventory = read_inventory(contents)
    technologies = find_technologies(contents, inventory)
    components = find_components(contents, inventory, technologies)
    licence = find_licence(contents, inventory, facts.licence_spdx)
    files = find_files(file.path for file in contents.files)
    readme_path = next((document.path for document in files if document.kind == "readme"), "")
    readme = read_readme(readme_path, contents.texts[readme_path]) if readme_path in contents.texts else None
    languages, size = measure_languages(contents.files), measure_size(contents)
    about = facts.description or (readme.first_paragraph[:400] if readme else "")
    clues = Clues(facts, contents, tree, inventory, components, languages, size, about, readme.words if readme else 0)
    return View(
        facts=facts,
        now=now,
        contents=contents,
        config=config,
        slips=slips,
        tree=tree,
        inventory=inventory,
        packages=inventory.packages,
        technologies=technologies,
        runtimes=find_runtimes(contents, inventory),
        components=components,
        licence=LicenceAnswer(licence.licence, licence.mismatches, licence.unrecognised),
        documents=with_fallbacks(files, readme, facts.organisation_files),
        readme=readme,
        workflows=tuple(
            read_workflow(path, text) for path, text in sorted(contents.texts.items()) if WORKFLOW_PATH.match(path)
        ),
        languages=languages,
        size=size,
        activity=measure_activity(facts, now),
        status=judge_status(facts, now),
        kind=find_kind(clues, config),
        owners=_owners(files, contents),
        is_solo=is_solo(facts),
        is_tiny=is_tiny(contents, inventory),
        links=frozenset(file.path for file in contents.files if file.is_symlink),
    )


def _owners(documents: Iterable[Document], contents: Contents) -> tuple[OwnersFile, OwnersMatch] | None:
    """CODEOWNERS and what it does to the tree; None without one that was read."""
    path = next((document.path for document in documents if document.kind == "codeowners"), "")
    if path not in contents.texts:
        return None
    owners = read_owners(contents.texts[path])
    return owners, match_owners(owners, (file.path for file in contents.files))


def _without_excluded(contents: Contents, config: RadarConfig) -> Contents:
    """`contents` without what the configuration excludes; the configuration itself always stays."""
    if not config.exclude:
        return contents
    excludes = config.excludes()
    gone = frozenset(f.path for f in contents.files if f.path != config.path and excludes(f.path))
    return msgspec.structs.replace(
        contents,
        files=tuple(f for f in contents.files if f.path not in gone),
        texts={path: text for path, text in contents.texts.items() if path not in gone},
        duplicates=tuple(d for d in contents.duplicates if d.path not in gone and d.other_path not in gone),
        functions=None if contents.functions is None else tuple(f for f in contents.functions if f.path not in gone),
        secrets=tuple(s for s in contents.secrets if s.path not in gone),
        workflow_findings=None
        if contents.workflow_findings is None
        else tuple(f for f in contents.workflow_findings if f.path not in gone),
    )


def _identity(view: View) -> Identity:
    facts = view.facts
    return Identity(
        id=facts.id,
        owner=facts.owner,
        name=facts.name,
        url=facts.url,
        description=facts.description or "",
        purpose=purpose_of(view)[0],
        homepage=facts.homepage or "",
        topics=facts.topics or (),
        default_branch=facts.default_branch,
        head_sha=facts.head_sha,
        is_private=facts.is_private,
        is_fork=facts.is_fork,
        is_archived=facts.is_archived,
        is_mirror=facts.is_mirror,
        is_template=facts.is_template,
        is_empty=facts.is_empty or view.is_empty,
        parent=facts.parent,
        template=facts.template,
        stars=max(0, facts.stars),
    )


def _structure(view: View) -> Structure:
    contents = view.contents
    hot = sorted(contents.functions or (), key=lambda f: (-f.complexity, f.path, f.line, f.name))
    largest = sorted(
        (f for f in contents.files if f.file_class is FileClass.SOURCE and f.code), key=lambda f: (-f.code, f.path)
    )
    pairs = sorted(contents.duplicates, key=lambda d: (-d.lines, d.path, d.line))
    return Structure(
        depth=source_depth(view),
        entry_points=tuple(dict.fromkeys(entry for c in view.components for entry in c.entry_points))[:50],
        hot_functions=tuple(
            HotFunction(name=f.name, path=f.path, line=f.line, complexity=f.complexity, lines=f.lines)
            for f in hot[:_TOP]
        ),
        duplicated_share=duplicated_share(view),
        duplicates=tuple(
            Evidence(path=d.path, line=d.line, detail=f"{d.lines} lines as in {d.other_path}:{d.other_line}")
            for d in pairs[:_TOP]
        ),
        largest_files=tuple(LargeFile(path=f.path, language=f.language, code=f.code) for f in largest[:_TOP]),
        debt_markers_per_thousand_lines=markers_per_thousand(view),
    )

"""Do people find their way in the code? Layout, complexity, duplication, size of files. (catalogue entries 52 to 55)"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.analysis.contents.facts import group_of, type_of
from bot.analysis.finding import Finding, at, failed, not_applicable, passed, unknown, warned
from bot.analysis.kinds import is_main
from bot.analysis.measure import COUNTED_TYPES
from bot.analysis.view import View
from bot.analysis.words import capital, code, counted, listed, percent, sentence
from bot.model.snapshot import FileClass, FileFact, FunctionFact

MANY_AT_ROOT = 40
DEEP = 12
LARGE_FILE = 1_500
MANY_MARKERS = 5.0
SMALL = 200


def judge(view: View) -> list[Finding]:
    """layout, complexity, duplication, debt."""
    return [_layout(view), _complexity(view), _duplication(view), _debt(view)]


def is_counted(file: FileFact) -> bool:
    """Whether its lines count as code: no prose or data, whatever `.gitattributes` shows of it."""
    return type_of(group_of(file.language)) in COUNTED_TYPES


def source_depth(view: View) -> int:
    """Folders above the deepest first-party source file."""
    return max(
        (f.path.count("/") for f in view.contents.files if f.file_class in {FileClass.SOURCE, FileClass.TEST}),
        default=0,
    )


def _layout(view: View) -> Finding:
    if not view.has_code:
        return not_applicable("layout", "there is no code to lay out")
    sources = [f for f in view.contents.files if f.file_class is FileClass.SOURCE and f.code and is_counted(f)]
    at_root = [f for f in sources if "/" not in f.path]
    evidence = [at(f.path) for f in (at_root or sources)[:3]]
    if len(at_root) > MANY_AT_ROOT and len(at_root) * 2 > len(sources) and view.main_language != "Go":
        return warned(
            "layout",
            f"{capital(counted(len(at_root), 'source file'))} lie in the root.",
            *evidence,
            action="Move the code into folders",
            next_step=(
                "Gather the source files of the root in one folder for each thing they know; leave settings and "
                "documents there."
            ),
        )
    own = [f for f in sources if not _ROUTES & set(f.path.split("/")[:-1])]
    deepest = max(own, key=lambda f: (f.path.count("/"), f.path), default=None)
    if deepest and deepest.path.count("/") > DEEP and not _DEEP_LANGUAGES & {lang.name for lang in view.languages[:2]}:
        return warned(
            "layout",
            f"Code lies up to {counted(deepest.path.count('/'), 'folder')} deep.",
            at(deepest.path),
            action="Flatten the tree",
            next_step=f"Merge folders that hold a single folder, beginning with `{deepest.path}`.",
        )
    return passed("layout", _laid_out(view, sources), *evidence)


_DEEP_LANGUAGES = frozenset({"Java", "Kotlin", "Scala", "Groovy"})
"""Languages whose packages are folders of a domain's name."""


_ROUTES = frozenset({"routes", "app", "pages"})
"""Folders whose own folders are the addresses of a site: frameworks ask for that depth."""


def _laid_out(view: View, sources: Sequence[FileFact]) -> str:
    lines: Counter[str] = Counter()
    for file in sources:
        if "/" in file.path:
            lines[file.path.split("/", 1)[0]] += file.code
    if any(not name.startswith(".") for name in lines):
        lines = Counter({name: count for name, count in lines.items() if not name.startswith(".")})
    folders = [f"{name}/" for name, _ in sorted(lines.items(), key=lambda item: (-item[1], item[0]))]
    main = [component for component in view.components if is_main(component)]
    parts = f"{counted(len(main), 'component')}, " if len(main) > 1 else ""
    where = f"code in {code(folders, limit=3)}" if folders else "code in the root"
    return capital(f"{parts}{where}, {counted(source_depth(view), 'folder')} deep.")


_WITHOUT_FUNCTIONS = frozenset({"HCL", "HTML", "CSS", "SCSS", "Less", "Dockerfile", "Makefile", "Smarty", "Bicep"})


def _complexity(view: View) -> Finding:
    functions = view.contents.functions
    unmeasured = view.contents.unmeasured.get("functions", "")
    if view.main_language in _WITHOUT_FUNCTIONS:
        return not_applicable("complexity", f"{view.main_language} has no functions to measure")
    if functions is None:
        if not view.has_code:
            return not_applicable("complexity", "there is no code to measure")
        return unknown("complexity", unmeasured or "functions were not measured")
    if not functions and unmeasured:
        return unknown("complexity", unmeasured)
    if not functions:
        return not_applicable("complexity", "no function in a language that lizard reads")
    rest = f" {sentence(unmeasured)}" if unmeasured else ""
    limit = view.config.complexity
    hot = sorted((f for f in functions if f.complexity > limit), key=lambda f: (-f.complexity, f.path, f.line))
    worst = max(functions, key=lambda f: (f.complexity, f.path, -f.line))
    if not hot:
        return passed(
            "complexity",
            f"The most complex function, {_called(worst)}, has a cyclomatic complexity of {worst.complexity}.{rest}",
            at(worst.path, worst.line, worst.name),
        )
    names = listed([f"{_called(f)} ({f.complexity})" for f in hot], limit=3)
    found = f"{capital(counted(len(hot), 'function'))} with a cyclomatic complexity above {limit}: {names}.{rest}"
    evidence = [at(f.path, f.line, f"{f.name}: complexity {f.complexity}, {f.lines} lines") for f in hot[:10]]
    subject = "the function" if hot[0].name in _NAMELESS else f"`{hot[0].name}`"
    step = f"Split {subject} (`{hot[0].path}:{hot[0].line}`) along its branches, with a test for each first."
    grave = [f for f in hot if f.complexity > 3 * limit]
    action = f"Simplify {_called(hot[0])}" if len(hot) == 1 else f"Simplify {_called(hot[0])} and its like"
    # ten reports at most are kept of a large tree, so what counts is how grave the worst are
    per_lines = len(hot) / max(1.0, view.size.code / 1_000)
    if grave and per_lines > 0.2:
        return warned("complexity", found, *evidence, action=action, next_step=step, share=0.3)
    return warned("complexity", found, *evidence, action=action, next_step=step, share=0.7 if not grave else 0.5)


_NAMELESS = frozenset({"", "(anonymous)"})


def _called(function: FunctionFact) -> str:
    """What to call a function: one without a name by its place."""
    return f"the one at `{function.path}:{function.line}`" if function.name in _NAMELESS else f"`{function.name}`"


def _duplication(view: View) -> Finding:
    duplicated = view.contents.duplicated_lines
    if duplicated is None:
        if not view.has_code:
            return not_applicable("duplication", "there is no code to compare")
        return unknown("duplication", view.contents.unmeasured.get("duplicated_lines", "duplication was not measured"))
    if view.size.code < SMALL:
        return not_applicable("duplication", "there is too little code to compare")
    share = duplicated_share(view) or 0.0
    pairs = sorted(view.contents.duplicates, key=lambda d: (-d.lines, d.path, d.line))
    evidence = [at(d.path, d.line, f"{d.lines} lines as in {d.other_path}:{d.other_line}") for d in pairs[:10]]
    found = f"{percent(share)} of the lines ({duplicated:,}) stand at more than one place."
    if not duplicated:
        found = "No run of lines stands at more than one place."
    if share <= view.config.duplication:
        return passed("duplication", found, *evidence[:3])
    first = (
        f", beginning with the {pairs[0].lines} lines of `{pairs[0].path}:{pairs[0].line}` and "
        f"`{pairs[0].other_path}:{pairs[0].other_line}`"
        if pairs
        else ""
    )
    step = f"Give the shared lines one home{first}."
    if share > 3 * view.config.duplication:
        return failed("duplication", found, *evidence, action="Remove duplicated code", next_step=step)
    return warned("duplication", found, *evidence, action="Remove duplicated code", next_step=step)


def duplicated_share(view: View) -> float | None:
    """Duplicated lines among first-party source lines; None where not measured or there is no code."""
    duplicated = view.contents.duplicated_lines
    lines = view.size.code
    return round(min(1.0, duplicated / lines), 4) if duplicated is not None and lines else None


def markers_per_thousand(view: View) -> float | None:
    """Debt markers per thousand lines of code; None without code."""
    return round(1000 * view.size.debt_markers / view.size.code, 2) if view.size.code else None


def _debt(view: View) -> Finding:
    if not view.has_code:
        return not_applicable("debt", "there is no code to measure")
    large = sorted(
        (
            f
            for f in view.contents.files
            if f.file_class is FileClass.SOURCE and f.code > LARGE_FILE and type_of(f.language) == "programming"
        ),
        key=lambda f: (-f.code, f.path),
    )
    rate = markers_per_thousand(view) or 0.0
    many = rate > MANY_MARKERS and view.size.debt_markers >= 10
    marked = max(view.contents.files, key=lambda f: (f.debt_markers, f.path))
    markers = f"{counted(view.size.debt_markers, 'debt marker')} ({rate:.1f} per thousand lines)"
    evidence = [at(f.path, None, f"{f.code:,} lines of code") for f in large[:10]]
    evidence += [at(marked.path, None, counted(marked.debt_markers, "debt marker"))] if marked.debt_markers else []
    if not large and not many:
        return passed("debt", f"{capital(markers)}; no file above {LARGE_FILE:,} lines.", *evidence)
    flaws = []
    steps = []
    if large:
        flaws.append(
            f"{counted(len(large), 'file')} above {LARGE_FILE:,} lines of code, the largest "
            f"{code([large[0].path])} with {large[0].code:,}"
        )
        steps.append(f"split `{large[0].path}` where it already falls into parts")
    if many:
        flaws.append(markers)
        steps.append(f"turn the markers of `{marked.path}` into issues or fix them")
    text = f"{listed(flaws)}."
    step = listed(steps)
    state = failed if large and many and rate > 3 * MANY_MARKERS else None
    action = f"Split `{large[0].path}`" if large else "Work off the debt markers"
    if state:
        return failed("debt", capital(text), *evidence, action=action, next_step=f"{capital(step)}.")
    return warned(
        "debt",
        capital(text),
        *evidence,
        action=action,
        next_step=f"{capital(step)}.",
        share=0.6,
    )

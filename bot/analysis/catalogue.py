"""Writes `docs/checks.md` from the tables: every check with its weight, what it looks at, and how to switch it off."""

from __future__ import annotations

from collections.abc import Iterator

from bot.analysis.formats.markdown import GROUP_TITLES
from bot.analysis.kinds import NOT_FOR
from bot.analysis.scoring import GRADES
from bot.analysis.weights import CI_CHECK, CI_DEPENDENT, RULES, Rule
from bot.analysis.words import code, listed
from bot.model.report import Group, Kind

_INTRO = """# The checks

<!-- Made by `python -m tests.analysis.update_checks_document`; edit weights.py and kinds/applicability.py. -->

Each check answers one question about a repository at one commit. Its state is one of five:

| state | meaning | counts |
|---|---|---|
| pass | as it should be | earns its whole weight |
| warn | partly so | earns a part of its weight, which the report states |
| fail | not so | earns nothing |
| unknown | not permitted or not fetched, with the reason | leaves the score alone |
| not applicable | makes no sense here, with the reason | leaves the score alone |

**Score** is the earned share of the judged weight, 0 to 100. **Coverage** is the judged share of the weight that
applies. A weight of 0 means that the answer is told, not scored. A repository where nothing can be judged has no score
and no grade.
"""

_PROMISE = """Two promises, each held by a test: having CI never scores below having none, however bad that CI is
({dependent} together weigh no more than `{ci}` earns), and what is unknown never moves the score. A finished library
with a release of 1.0 or later, whose issues are answered, counts as looked after however quiet it is.
"""

_CONFIGURATION = """## Configuration: `.github/radar.yml`

```yaml
kind: library                    # when Repo Radar guesses wrong
exclude:                         # gitignore patterns; these paths are not looked at
  - examples/
checks:
  changelog:
    off: Release notes are on our website.   # the report shows this reason
thresholds:                      # a check run fails below them; without any it is neutral
  score: 80
  drop: 5                        # points that one pull request may cost
  groups:
    security: 90
  fail_on: [secrets]             # checks that must not fail
  complexity: 15                 # above this a function is too complex
  duplication: 10                # percent of duplicated lines
  readme_words: 60               # below this a README is short
publish:
  check_run: true
  comments: true
```

Everything is optional. A slip in the file costs only the key that it is in: the check `radar-config` names the line and
what to write instead. A check that is switched off counts as not applicable, with your reason.
"""


def checks_document() -> str:
    """The whole of `docs/checks.md`."""
    parts = [_INTRO, _grades(), _PROMISE.format(ci=CI_CHECK, dependent=code(CI_DEPENDENT)), *_groups()]
    parts += [_kinds(), _CONFIGURATION]
    return "\n".join(parts)


def _grades() -> str:
    bounds = [f"{grade} from {lowest}" for lowest, grade in GRADES]
    return f"Grades: {listed(bounds, limit=len(bounds))}. All weights together: {sum(r.weight for r in RULES)}.\n"


def _groups() -> Iterator[str]:
    for group in Group:
        rules = [rule for rule in RULES if rule.group is group]
        total = sum(rule.weight for rule in rules)
        rows = "\n".join(_row(rule) for rule in rules)
        head = "| entry | id | weight | question | looks at | why | effort |\n|---:|---|---:|---|---|---|---|"
        yield f"## {GROUP_TITLES[group]} ({total})\n\n{head}\n{rows}\n"


def _row(rule: Rule) -> str:
    number = str(rule.number) if rule.number else ""
    cells = (number, f"`{rule.id}`", str(rule.weight), rule.title, rule.looks_at, rule.why, rule.effort.value)
    return f"| {' | '.join(cells)} |"


def _kinds() -> str:
    """Which checks each kind leaves out."""
    rows = []
    for kind in Kind:
        left_out = [check for check, (kinds, _) in NOT_FOR.items() if kind in kinds]
        rows.append(f"| {kind.value} | {code(left_out, limit=len(left_out)) if left_out else 'none'} |")
    head = "| kind | not asked |\n|---|---|"
    return (
        "## Kinds\n\nThe kind of a repository chooses what is asked. What is there all the same earns its points: a "
        "documentation repository with a changelog keeps the points for it. An application, an infrastructure "
        "repository or one of unknown kind that has three released versions or more is asked for what belongs to a "
        "release. One that declares itself deprecated is asked for no work, as an archive is.\n\n"
        + "\n".join([head, *rows])
        + "\n"
    )

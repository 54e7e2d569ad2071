"""Every check of the catalogue in ONE table: number, group, weight, title, why it matters, what it looks at.

A weight of 0 means the answer is told, not scored. The table keeps one promise that a test checks: the weights of
checks that only a repository with CI can fail (`CI_DEPENDENT`) sum to no more than what CI earns, so adding CI can
never lower a score, however bad that CI is; and the same for a repository whose workflows only do chores.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.model.report import Effort, Group

I, T, Z = Group.IDENTITY, Group.STACK, Group.SIZE  # noqa: E741 - one-letter columns keep the table readable
M, C, Q = Group.MAINTENANCE, Group.COMMUNITY, Group.QUALITY
S, O, R = Group.SECURITY, Group.OWNERSHIP, Group.STRUCTURE  # noqa: E741 - as above
MIN, HRS, DAY = Effort.MINUTES, Effort.HOURS, Effort.DAYS


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: `number` is the catalogue's entry, `looks_at` says where the answer comes from."""

    id: str
    number: int
    group: Group
    weight: int
    effort: Effort
    title: str
    why: str
    looks_at: str


# fmt: off
RULES: tuple[Rule, ...] = (
    Rule("radar-config", 0, I, 0, MIN, "Repo Radar's own configuration is valid",
         "A setting that is misspelt is a setting that is ignored.", "`.github/radar.yml`"),
    Rule("purpose", 1, I, 3, MIN, "Says what it is for",
         "People decide in seconds whether a repository is what they were looking for.",
         "the description on GitHub, else the first paragraph of the README"),
    Rule("kind", 2, I, 0, MIN, "Kind of repository",
         "The kind decides which questions make sense to ask.", "manifests, entry points and folders"),
    Rule("topics", 3, I, 1, MIN, "Can be found by topic",
         "Topics are how GitHub's search and an organisation's own lists group repositories.",
         "topics and homepage on GitHub"),
    Rule("licence", 4, I, 8, MIN, "Says under which licence it may be used",
         "Without a licence nobody else may legally use, change or pass on the code.",
         "the text of `LICENSE*`, `LICENCE*`, `COPYING*`, `UNLICENSE*`, `LICENSES/*`, manifests, GitHub's own finding"),
    Rule("origin", 5, I, 0, MIN, "Where it comes from",
         "A fork, mirror or copy of a template is maintained differently from an original.",
         "fork, mirror and template fields of GitHub"),

    Rule("manifests", 6, T, 2, MIN, "Manifests can be read",
         "A manifest that tools cannot parse breaks installs, updates and audits.", "every manifest of the tree"),
    Rule("dependencies", 7, T, 0, MIN, "Direct dependencies",
         "What you depend on is what you have to keep up to date.", "manifests and lockfiles"),
    Rule("technologies", 8, T, 0, MIN, "Technologies in use",
         "The stack tells a newcomer what they need to know to help.",
         "exact package names, file signatures, images and providers"),
    Rule("runtime-versions", 9, T, 3, MIN, "States the runtime it needs",
         "Without a stated version each machine runs another one, and 'works for me' is all anyone can say.",
         "engines, requires-python, go directive, rust-version, version files, `FROM` tags"),
    Rule("lockfile", 10, T, 4, MIN, "Pins its dependencies in one lockfile",
         "An application without a lockfile installs something else every day; two lockfiles disagree.",
         "lockfiles beside manifests"),
    Rule("deployment", 11, T, 0, MIN, "Containers, deployment and infrastructure",
         "How it reaches production is the first thing an operator asks.",
         "Dockerfiles, compose, Helm, Terraform, Procfile and hosting files"),

    Rule("official-languages", 12, Z, 0, MIN, "GitHub's own language figures",
         "The headline figure that everybody sees on the repository's page.", "GitHub's `languages`"),
    Rule("languages", 13, Z, 0, MIN, "Languages by our own count",
         "Counts what people write and leaves vendored, generated and documentation files out.",
         "names, extensions, shebangs, modelines and content of all files"),
    Rule("lines", 14, Z, 0, MIN, "Lines of code",
         "Size tells how much there is to maintain.", "first-party source files"),
    Rule("vendored", 15, Z, 2, HRS, "Little generated or vendored code",
         "Copied code gets no updates and hides what is really yours to maintain.",
         "share of generated and vendored files"),
    Rule("binaries", 16, Z, 3, HRS, "No checked-in executables",
         "A binary cannot be reviewed, so nobody knows what it does.",
         "executable and archive files (gradle-wrapper.jar with its validation action excepted)"),

    Rule("deprecated", 17, M, 0, MIN, "Not declared deprecated",
         "People who depend on it need to hear that nobody will fix it.",
         "archived flag, README's first lines, classifiers, package.json"),
    Rule("human-commits", 18, M, 0, MIN, "Human commits in 90 days",
         "Bots keep versions fresh; only people fix bugs.", "commits on the default branch, bots apart"),
    Rule("status", 19, M, 6, DAY, "Looked after by people",
         "Questions and security reports need somebody who answers.",
         "human commits, releases and maintainers' replies; a stable release with answered issues counts as cared for"),
    Rule("releases", 20, M, 4, HRS, "Releases with semantic versions",
         "Users upgrade when they can see what a version promises.", "releases and tags"),
    Rule("first-response", 21, M, 4, DAY, "Answers people soon",
         "The first answer decides whether a contributor comes back.",
         "first comment by another human on issues and pull requests"),
    Rule("pull-request-flow", 22, M, 3, DAY, "Closes pull requests as fast as they open",
         "A growing queue tells contributors that their work will wait.", "pull requests of the last 90 days"),
    Rule("backlog-age", 23, M, 2, DAY, "Keeps the backlog fresh",
         "Old open issues hide the ones that matter.", "age of open issues"),
    Rule("ci-state", 24, M, 3, HRS, "HEAD is green",
         "A red default branch hides the next failure.", "the check status of HEAD"),

    Rule("readme", 25, C, 6, HRS, "README explains what it is, how to install and how to use it",
         "The README is all that most people ever read.", "the README's length and sections"),
    Rule("readme-links", 25, C, 2, MIN, "README's links and images lead somewhere",
         "A broken link on the first page tells readers that nobody looks after it.",
         "relative links and images of the README"),
    Rule("contributing", 26, C, 3, HRS, "Says how to contribute",
         "People who know how to build, test and submit send better changes.",
         "CONTRIBUTING, or a README section, or the organisation's `.github`"),
    Rule("code-of-conduct", 27, C, 1, MIN, "Has a code of conduct",
         "It tells people how they will be treated, and whom to tell when they are not.",
         "CODE_OF_CONDUCT, or a README section, or the organisation's `.github`"),
    Rule("changelog", 28, C, 3, HRS, "Says what changed between versions",
         "Users need to know what an upgrade will do to them.", "CHANGELOG and its like, or release notes"),
    Rule("templates", 29, C, 2, MIN, "Issue and pull request templates",
         "A form gets the version and the steps the first time.",
         "issue and pull request templates, or the organisation's `.github`"),
    Rule("community-files", 30, C, 0, MIN, "Further community files",
         "Support, governance, roadmap, funding, citation and agent instructions help those who look for them.",
         "SUPPORT, GOVERNANCE, ROADMAP, FUNDING, CITATION, AGENTS.md"),
    Rule("docs-site", 31, C, 2, DAY, "Documentation beyond the README",
         "A library is used as far as its documentation reaches.", "docs folder, documentation generator, homepage"),

    Rule("ci", 32, Q, 12, HRS, "Runs checks automatically",
         "What is not run by a machine is sooner or later not run at all.",
         "workflows and the configuration of other CI services"),
    Rule("ci-tests", 33, Q, 6, HRS, "Tests run on pull requests",
         "A failing test is cheapest before the merge.",
         "triggers (not `pull_request_target`, which brings the secrets) and commands of workflows"),
    Rule("tests", 34, Q, 10, DAY, "Has tests",
         "Without tests every change is a guess.", "test files and their share of code lines"),
    Rule("lint", 35, Q, 4, HRS, "Lint, format and type checks are configured",
         "Machines should argue about style so that reviews are about substance.",
         "configuration files and development dependencies"),
    Rule("coverage", 36, Q, 2, HRS, "Reports test coverage",
         "It shows which code no test ever touched.", "coverage settings, workflows and dependencies"),
    Rule("publishing", 37, Q, 3, HRS, "Publishes from a workflow",
         "A release made by hand can only be made by one person, on one laptop.",
         "workflows that publish packages, images or releases"),

    Rule("security-policy", 38, S, 5, MIN, "Says how to report a vulnerability",
         "Without a private way in, people report vulnerabilities in public, or not at all.",
         "SECURITY, a README section, the organisation's `.github`, private reporting"),
    Rule("dependency-updates", 39, S, 5, MIN, "Dependencies are updated by a bot",
         "Most known vulnerabilities arrive through dependencies that nobody looked at.",
         "Dependabot, Renovate and others"),
    Rule("workflow-safety", 40, S, 4, HRS, "Workflows are safe",
         "A workflow runs with the repository's secrets; one injection gives them away.",
         "zizmor's findings (offline), rated by who could use them, and `permissions` of each workflow"),
    Rule("pinned", 41, S, 2, MIN, "Actions and images are pinned",
         "A tag can be moved to other code overnight; a digest cannot.", "`uses:` of workflows, `FROM` of Dockerfiles"),
    Rule("secrets", 42, S, 18, HRS, "No credentials in the tree",
         "Whoever can read the repository can use the credential, and so can its whole history.",
         "high-precision patterns over all text files; only kind, place and a hash are kept"),
    Rule("vulnerabilities", 43, S, 10, HRS, "No known vulnerabilities",
         "Known holes are the ones that are used.", "Dependabot alerts, where the App may read them"),
    Rule("static-analysis", 44, S, 3, MIN, "Static security analysis is configured",
         "It finds the classes of bugs that reviewers overlook.", "CodeQL and other analysers in workflows and files"),
    Rule("signed-releases", 45, S, 2, HRS, "Releases are signed or carry an SBOM",
         "Users can then prove that what they run is what you built.",
         "release assets, attestation and signing steps"),
    Rule("branch-rules", 46, S, 4, MIN, "The default branch is protected",
         "One wrong push, or one stolen token, should not be enough to change what users get.",
         "branch protection and rulesets, where readable"),
    Rule("fuzzing", 47, S, 1, DAY, "Fuzzing or property tests",
         "They try the inputs that nobody thought of.", "fuzz folders, fuzzers' settings, property test libraries"),

    Rule("codeowners", 48, O, 3, MIN, "CODEOWNERS is right and complete",
         "A review request that goes to nobody is not a review.", "CODEOWNERS against the tree"),
    Rule("bus-factor", 49, O, 4, DAY, "More than one person knows the code",
         "When the only person who knows it leaves, so does the project.", "authors of recent commits, folded"),
    Rule("top-owner", 50, O, 2, DAY, "The main author is still here",
         "Code whose author has gone is understood by nobody.", "last commit of the main author"),
    Rule("reviewed", 51, O, 4, DAY, "Changes are reviewed by somebody else",
         "A second pair of eyes finds what the first one cannot see, and spreads the knowledge.",
         "reviews of merged pull requests"),

    Rule("layout", 52, R, 1, HRS, "A tree that people find their way in",
         "Newcomers look for code, tests and documents where others keep them.", "components, entry points and depth"),
    Rule("complexity", 53, R, 3, DAY, "No function is too complex",
         "Bugs gather where nobody can hold all the branches in mind.", "cyclomatic complexity by lizard"),
    Rule("duplication", 54, R, 3, DAY, "Little duplicated code",
         "A bug fixed in one copy lives on in the others.", "runs of equal lines in first-party source"),
    Rule("debt", 55, R, 2, HRS, "Files of readable size, few debt markers",
         "Huge files and old TODOs are where changes get slow.", "largest files, TODO and FIXME per thousand lines"),
)
# fmt: on

BY_ID: dict[str, Rule] = {rule.id: rule for rule in RULES}

CI_CHECK = "ci"

CI_DEPENDENT: tuple[str, ...] = ("ci-state", "workflow-safety", "pinned")
"""Checks that may cost points only because there is CI to look at; see the module's promise."""

CHORES_SHARE = 0.5
"""What workflows that only do chores earn of `ci`: at least the weight of the workflow checks that come with them."""

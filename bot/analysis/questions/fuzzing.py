"""Are inputs tried that nobody thought of? Fuzzing and property tests. (catalogue entry 47)"""

from __future__ import annotations

import re

from bot.analysis.finding import Finding, at, failed, not_applicable, passed
from bot.analysis.view import View

_PACKAGES = {
    "hypothesis": "Hypothesis", "atheris": "Atheris", "schemathesis": "Schemathesis", "fast-check": "fast-check",
    "@fast-check/vitest": "fast-check", "@fast-check/jest": "fast-check", "jsverify": "JSVerify",
    "@jazzer.js/core": "Jazzer.js", "proptest": "proptest", "quickcheck": "QuickCheck", "arbitrary": "arbitrary",
    "libfuzzer-sys": "libFuzzer", "bolero": "bolero", "honggfuzz": "honggfuzz", "afl": "AFL",
    "pgregory.net/rapid": "rapid", "github.com/leanovate/gopter": "gopter", "github.com/google/gofuzz": "gofuzz",
    "github.com/AdaLogics/go-fuzz-headers": "go-fuzz-headers", "net.jqwik:jqwik": "jqwik",
    "com.code-intelligence:jazzer-junit": "Jazzer", "com.pholser:junit-quickcheck-core": "junit-quickcheck",
    "org.scalacheck:scalacheck": "ScalaCheck", "FsCheck": "FsCheck", "FsCheck.Xunit": "FsCheck", "CsCheck": "CsCheck",
    "Hedgehog": "Hedgehog", "stream_data": "StreamData", "propcheck": "PropCheck", "proper": "PropEr",
    "rantly": "Rantly", "prop_check": "PropCheck", "pbt": "Pbt", "giorgiosironi/eris": "Eris",
    "QuickCheck": "QuickCheck", "hedgehog": "Hedgehog", "tasty-quickcheck": "QuickCheck", "glados": "Glados",
    "org.clojure/test.check": "test.check", "io.kotest:kotest-property": "Kotest", "crosshair-tool": "CrossHair",
}  # fmt: skip
_FUZZ_PATH = re.compile(
    r"(?:\A|/)(?:fuzz(?:ing|ers?|_targets?)?|\.clusterfuzzlite|oss-fuzz)/|(?:\A|/)(?:fuzz_[\w-]+"
    r"|[\w-]+_fuzz(?:_test|er)?)\.(?:go|py|rs|c|cc|cpp|js|ts|java)\Z",
    re.IGNORECASE,
)
_REUSED = re.compile(r"fuzz[^@]*@|/cifuzz", re.IGNORECASE)
"""Reusable workflows that say in their repository's name or their own that they fuzz."""

_MAX_USES = 300
"""Characters of a reference that are looked at."""

_STEPS = re.compile(r"google/clusterfuzzlite|google/oss-fuzz|cargo[- ]fuzz|go test .{0,80}-fuzz|\bafl-fuzz\b")


def judge(view: View) -> list[Finding]:
    """fuzzing."""
    return [_fuzzing(view)]


def _fuzzing(view: View) -> Finding:
    if view.size.code < 300:
        return not_applicable("fuzzing", "there is too little code for it to pay")
    if package := view.depends_on(*_PACKAGES):
        return passed(
            "fuzzing", f"{_PACKAGES[package.name]} is a dependency.", at(package.path, package.line, package.name)
        )
    for file in view.contents.files:
        if _FUZZ_PATH.search(file.path):
            return passed("fuzzing", f"Fuzz targets, such as `{file.path}`.", at(file.path))
    for workflow in view.good_workflows:
        for job in workflow.jobs:
            if _REUSED.search(job.uses[:_MAX_USES]):
                return passed("fuzzing", f"`{workflow.path}` fuzzes.", at(workflow.path, job.line, job.uses[:80]))
        for step in workflow.steps:
            if _STEPS.search(step.uses) or _STEPS.search(step.run[:20_000]):
                return passed("fuzzing", f"`{workflow.path}` fuzzes.", at(workflow.path, step.line))
    library = {
        "Python": "Hypothesis",
        "TypeScript": "fast-check",
        "JavaScript": "fast-check",
        "Rust": "proptest",
        "Go": "`go test -fuzz`",
        "Java": "jqwik",
        "C#": "FsCheck",
        "Elixir": "StreamData",
        "Scala": "ScalaCheck",
        "Kotlin": "Kotest's property tests",
        "PHP": "Eris",
        "Ruby": "Pbt",
    }
    language = view.main_language
    what = f"one property with {library[language]}" if language in library else "a fuzz target"
    return failed(
        "fuzzing",
        "Neither fuzzing nor property tests.",
        action="Add a property test" if language in library else "Add a fuzz target",
        next_step=f"Write {what} for the function that parses what users give.",
    )

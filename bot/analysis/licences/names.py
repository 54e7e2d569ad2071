"""Which files hold a licence, by their names."""

from __future__ import annotations

import posixpath
import re

from bot.analysis.manifests.names import is_skipped

MAX_FOLDER_DEPTH = 4

_STEM = re.compile(
    r"^(?:un)?licen[cs]es?(?:$|[-_. ])|^copying(?:$|[-_. ])|^(?:mit|apache|bsd|gpl|lgpl|mpl)[-_ ]licen[cs]e(?:$|\.)"
)
_NOT_TEXTS = frozenset(
    {"json", "yml", "yaml", "toml", "py", "js", "ts", "go", "rs", "java", "rb", "php", "cs", "c", "h", "cpp", "sh",
     "xml", "tmpl", "spdx", "png", "svg", "pdf", "key", "lock", "csv", "css", "tsx", "jsx", "swift", "kt", "vue"}
)  # fmt: skip
_NOT_OURS = re.compile(r"third|3rd|party|header|template|dependenc|bundled|vendored|thirdparty|notice|finder|check")
_PARTS = re.compile(
    r"(?:^|[-_. ])(docs?|documentation|content|data|fonts?|assets?|media|images?|artwork|logos?)(?:$|[-_. ])"
)


def is_licence_file(path: str) -> bool:
    """Whether the text of `path` may be a licence: LICENSE*, LICENCE*, COPYING*, UNLICENSE*, or below LICENSES/."""
    whole = path.lower()
    if "licen" not in whole and "copying" not in whole:
        return False
    folder, name = posixpath.split(path)
    lower = name.lower()
    if path.count("/") > MAX_FOLDER_DEPTH or is_skipped(path):
        return False
    if posixpath.basename(folder).lower() in {"licenses", "licences"}:
        return lower.endswith((".txt", ".md", ".rst")) or "." not in lower or bool(re.search(r"\d$", lower))
    extension = lower.rpartition(".")[2] if "." in lower else ""
    return bool(_STEM.match(lower)) and extension not in _NOT_TEXTS and not _NOT_OURS.search(lower)


def is_root_licence(path: str) -> bool:
    """Whether the file states the licence of the whole repository: in the root."""
    return "/" not in path and is_licence_file(path)


def is_reuse_text(path: str) -> bool:
    """Whether the file lies in LICENSES/ at the root, as the REUSE specification lays them out."""
    folder, _, rest = path.partition("/")
    return folder.lower() in {"licenses", "licences"} and "/" not in rest and is_licence_file(path)


def is_for_a_part(path: str) -> bool:
    """Whether the name says that it covers a part only (LICENSE-docs, LICENSE.fonts)."""
    stem = posixpath.basename(path).lower()
    return bool(_PARTS.search(re.sub(r"\.(?:md|txt|rst)$", "", stem)))

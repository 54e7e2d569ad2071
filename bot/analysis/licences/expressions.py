"""Licence expressions: declared words made into SPDX, and expressions compared.

Source of the rules: SPDX specification, annex "SPDX licence expressions"; the list of ids comes with `packaging`.
"""

from __future__ import annotations

import re

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

MAX_CHARACTERS = 300

_ALIASES = {
    "mit license": "MIT", "the mit license": "MIT", "the mit license (mit)": "MIT", "mit licence": "MIT",
    "expat": "MIT",
    "mit-license": "MIT", "mit license (mit)": "MIT", "x11": "X11",
    "apache": "Apache-2.0", "apache 2": "Apache-2.0", "apache 2.0": "Apache-2.0", "apache2": "Apache-2.0",
    "apache-2": "Apache-2.0", "apache2.0": "Apache-2.0", "apache license 2.0": "Apache-2.0", "asl 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0", "the apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0", "apache software license 2.0": "Apache-2.0", "apachev2": "Apache-2.0",
    "the apache software license, version 2.0": "Apache-2.0", "apache license version 2.0": "Apache-2.0",
    "apache software license, version 2.0": "Apache-2.0", "apache license": "Apache-2.0",
    "apache license v2.0": "Apache-2.0",
    "bsd 2-clause": "BSD-2-Clause", "bsd-2": "BSD-2-Clause", "simplified bsd": "BSD-2-Clause",
    "bsd 2-clause license": "BSD-2-Clause", "simplified bsd license": "BSD-2-Clause", "bsd_2_clause": "BSD-2-Clause",
    "bsd 3-clause": "BSD-3-Clause", "bsd-3": "BSD-3-Clause", "new bsd": "BSD-3-Clause", "modified bsd": "BSD-3-Clause",
    "bsd 3-clause license": "BSD-3-Clause", "new bsd license": "BSD-3-Clause", "3-clause bsd": "BSD-3-Clause",
    "3-clause bsd license": "BSD-3-Clause", "bsd_3_clause": "BSD-3-Clause", "bsd 3 clause": "BSD-3-Clause",
    "gplv2": "GPL-2.0", "gpl v2": "GPL-2.0", "gpl2": "GPL-2.0", "gpl-2": "GPL-2.0", "gpl 2": "GPL-2.0",
    "gplv2+": "GPL-2.0-or-later", "gpl-2+": "GPL-2.0-or-later", "gpl (>= 2)": "GPL-2.0-or-later",
    "gplv3": "GPL-3.0", "gpl v3": "GPL-3.0", "gpl3": "GPL-3.0", "gpl-3": "GPL-3.0", "gpl 3": "GPL-3.0",
    "gplv3+": "GPL-3.0-or-later", "gpl-3+": "GPL-3.0-or-later", "gpl (>= 3)": "GPL-3.0-or-later",
    "gnu gplv3": "GPL-3.0", "gnu general public license v3.0": "GPL-3.0", "gnu general public license v3": "GPL-3.0",
    "gnu gpl v3": "GPL-3.0", "gnu general public license v2.0": "GPL-2.0", "gnu gplv2": "GPL-2.0",
    "lgpl": "LGPL-2.1-or-later", "lgplv3": "LGPL-3.0", "lgpl-3": "LGPL-3.0", "lgplv3+": "LGPL-3.0-or-later",
    "lgplv2.1": "LGPL-2.1", "lgpl-2.1": "LGPL-2.1", "lgplv2+": "LGPL-2.0-or-later", "lgplv2.1+": "LGPL-2.1-or-later",
    "gnu lesser general public license v3": "LGPL-3.0", "agplv3": "AGPL-3.0", "agpl-3": "AGPL-3.0", "agpl": "AGPL-3.0",
    "agplv3+": "AGPL-3.0-or-later", "gnu affero general public license v3": "AGPL-3.0",
    "gnu agplv3": "AGPL-3.0", "mpl": "MPL-2.0", "mpl 2.0": "MPL-2.0", "mpl2": "MPL-2.0", "mplv2": "MPL-2.0",
    "mozilla public license 2.0": "MPL-2.0", "mozilla public license, version 2.0": "MPL-2.0", "mpl-2": "MPL-2.0",
    "eclipse public license 1.0": "EPL-1.0", "epl 1.0": "EPL-1.0", "eclipse public license - v 1.0": "EPL-1.0",
    "eclipse public license 2.0": "EPL-2.0", "epl 2.0": "EPL-2.0", "eclipse public license - v 2.0": "EPL-2.0",
    "eclipse public license v2.0": "EPL-2.0", "epl2": "EPL-2.0", "isc license": "ISC", "iscl": "ISC",
    "unlicense": "Unlicense", "the unlicense": "Unlicense", "public domain (unlicense)": "Unlicense", "cc0": "CC0-1.0",
    "cc0 1.0": "CC0-1.0", "cc0 1.0 universal": "CC0-1.0", "cc-by": "CC-BY-4.0", "zlib license": "Zlib",
    "boost": "BSL-1.0", "boost software license 1.0": "BSL-1.0", "boost software license": "BSL-1.0", "bsl": "BSL-1.0",
    "psf": "PSF-2.0", "psfl": "PSF-2.0", "python software foundation license": "PSF-2.0", "wtfpl license": "WTFPL",
    "artistic license 2.0": "Artistic-2.0", "artistic 2": "Artistic-2.0",
    "perl": "Artistic-1.0-Perl OR GPL-1.0-or-later",
    "same as perl": "Artistic-1.0-Perl OR GPL-1.0-or-later", "zpl 2.1": "ZPL-2.1", "0bsd license": "0BSD",
    "gnu gplv3 or later": "GPL-3.0-or-later",
}  # fmt: skip
"""Common ways to name a licence, in lower case → its SPDX id or expression."""

_CLASSIFIERS = {
    "MIT License": "MIT", "MIT No Attribution License (MIT-0)": "MIT-0", "Apache Software License": "Apache-2.0",
    "BSD License": "BSD", "ISC License (ISCL)": "ISC", "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "GNU General Public License v2 (GPLv2)": "GPL-2.0-only", "The Unlicense (Unlicense)": "Unlicense",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "GNU General Public License v3 (GPLv3)": "GPL-3.0-only", "Zero-Clause BSD (0BSD)": "0BSD",
    "zlib/libpng License": "Zlib",
    "GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later",
    "Python Software Foundation License": "PSF-2.0",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.0-or-later", "Zope Public License": "ZPL-2.1",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only", "Boost Software License 1.0 (BSL-1.0)": "BSL-1.0",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
    "GNU Affero General Public License v3": "AGPL-3.0-only", "Artistic License": "Artistic-2.0",
    "GNU Affero General Public License v3 or later (AGPLv3+)": "AGPL-3.0-or-later",
    "European Union Public Licence 1.2 (EUPL 1.2)": "EUPL-1.2", "Eclipse Public License 2.0 (EPL-2.0)": "EPL-2.0",
    "Academic Free License (AFL)": "AFL-3.0", "Universal Permissive License (UPL)": "UPL-1.0",
}  # fmt: skip
"""Last part of a PyPI licence classifier → SPDX id ("BSD" stands for the family, which is all it says)."""

PROPRIETARY = frozenset({"unlicensed", "proprietary", "commercial", "all rights reserved", "none", "private", "closed"})
"""What manifests say where there is no open licence."""

FAMILIES = {"BSD": "BSD-", "GPL": "GPL-", "CC": "CC-"}
"""Words that name a family only → how the ids of its members begin."""


def normalise(text: str) -> str:
    """SPDX expression for declared words; a family word such as "BSD" stays; "" where they name no known licence."""
    words = " ".join(text.split())
    if not words or len(words) > MAX_CHARACTERS:
        return ""
    if "::" in words:
        return _CLASSIFIERS.get(words.rpartition("::")[2].strip(), "")
    lower = words.lower().rstrip(".")
    if lower in _ALIASES:
        return _ALIASES[lower]
    if lower in {"bsd", "bsd license", "bsd-like", "bsd-style"}:
        return "BSD"
    if lower in {"gpl", "gnu gpl", "gnu general public license"}:
        return "GPL"
    if "/" in words and " " not in words and all(normalise(part) for part in words.split("/")):
        words = " OR ".join(normalise(part) for part in words.split("/"))
    elif re.fullmatch(r"[^|]{1,80}(?: \|{1,2} [^|]{1,80}){1,5}", words):
        parts = [normalise(part) for part in re.split(r" \|{1,2} ", words)]
        words = " OR ".join(parts) if all(parts) else words
    try:
        return _bare(str(canonicalize_license_expression(words)))
    except (InvalidLicenseExpression, RecursionError, SyntaxError, ValueError):
        return ""


def _bare(expression: str) -> str:
    inner = expression[1:-1] if expression.startswith("(") and expression.endswith(")") else ""
    return inner if inner and "(" not in inner and ")" not in inner else expression


_OPERATORS = re.compile(r"\s+(?:AND|OR)\s+|[()]")


def ids(expression: str) -> frozenset[str]:
    """The licences of an expression, each with its exception, without parentheses."""
    return frozenset(part.strip() for part in _OPERATORS.split(expression) if part and part.strip())


def base_id(licence: str) -> str:
    """A licence without its exception and without -only, -or-later or +: GPL-3.0-or-later → GPL-3.0."""
    bare = licence.partition(" WITH ")[0]
    return bare.removesuffix("-only").removesuffix("-or-later").removesuffix("+")


def agree(one: str, other: str) -> bool:
    """Whether two expressions name the same licences; -only and -or-later are one, as a text alone cannot tell."""
    left, right = (frozenset(base_id(licence) for licence in ids(expression)) for expression in (one, other))
    for family, start in FAMILIES.items():
        if left == {family}:
            return all(licence.startswith(start) for licence in right)
        if right == {family}:
            return all(licence.startswith(start) for licence in left)
    return left == right


def names_part_of(one: str, other: str) -> bool:
    """Whether `one` names some of the licences of `other`, and none besides."""
    left, right = (frozenset(base_id(licence) for licence in ids(expression)) for expression in (one, other))
    return bool(left) and left <= right


def joined(licences: list[str], operator: str) -> str:
    """The expression of several licences; compound ones in parentheses. Duplicates fall away, order stays."""
    unique = list(dict.fromkeys(licences))
    if len(unique) == 1:
        return unique[0]
    return f" {operator} ".join(f"({one})" if " OR " in one or " AND " in one else one for one in unique)

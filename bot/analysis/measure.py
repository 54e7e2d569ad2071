"""How much there is of each language: lines by our own count, bytes by GitHub's (catalogue entries 12 to 15)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.analysis.contents.facts import colour_of, group_of, type_of
from bot.model.report import LanguageLines, OfficialLanguage, Size
from bot.model.snapshot import Contents, FileClass, FileFact, LanguageBytes

FIRST_PARTY = (FileClass.SOURCE, FileClass.TEST)
COUNTED_TYPES = ("programming", "markup")
MAX_LANGUAGES = 40


def measure_languages(files: Iterable[FileFact]) -> tuple[LanguageLines, ...]:
    """Programming and markup languages of first-party files, most code first; dialects count for their language."""
    sums: dict[str, list[int]] = {}
    for file in files:
        if file.language and file.file_class in FIRST_PARTY and not file.is_symlink:
            row = sums.setdefault(group_of(file.language), [0, 0, 0, 0, 0])
            for index, figure in enumerate((1, file.code, file.comment, file.blank, file.size_bytes)):
                row[index] += figure
    counted = {name: row for name, row in sums.items() if type_of(name) in COUNTED_TYPES and row[1]}
    total = sum(row[1] for row in counted.values())
    ordered = sorted(counted.items(), key=lambda item: (-item[1][1], item[0]))
    return tuple(
        LanguageLines(
            name=name,
            colour=colour_of(name),
            files=row[0],
            code=row[1],
            comment=row[2],
            blank=row[3],
            size_bytes=row[4],
            share=round(row[1] / total, 4),
        )
        for name, row in ordered[:MAX_LANGUAGES]
    )


def measure_size(contents: Contents) -> Size:
    """Sums over the tree; lines are those of first-party programming and markup files."""
    files = [file for file in contents.files if not file.is_symlink]
    own = [f for f in files if f.file_class in FIRST_PARTY and type_of(group_of(f.language)) in COUNTED_TYPES]
    classes = [file.file_class for file in files]
    return Size(
        files=len(contents.files),
        size_bytes=sum(file.size_bytes for file in files),
        code=sum(file.code for file in own),
        comment=sum(file.comment for file in own),
        blank=sum(file.blank for file in own),
        test_code=sum(file.code for file in own if file.file_class is FileClass.TEST),
        generated_files=classes.count(FileClass.GENERATED),
        vendored_files=classes.count(FileClass.VENDORED),
        documentation_files=classes.count(FileClass.DOCUMENTATION),
        binary_files=classes.count(FileClass.BINARY),
        debt_markers=sum(file.debt_markers for file in own),
        duplicated_lines=contents.duplicated_lines or 0,
    )


def official_languages(languages: Sequence[LanguageBytes] | None) -> tuple[OfficialLanguage, ...]:
    """GitHub's own figures with their shares, largest first; empty where unknown."""
    total = sum(language.size_bytes for language in languages or ())
    ordered = sorted(languages or (), key=lambda language: (-language.size_bytes, language.name))
    return tuple(
        OfficialLanguage(
            name=language.name,
            colour=language.colour or colour_of(language.name),
            size_bytes=language.size_bytes,
            share=round(language.size_bytes / total, 4),
        )
        for language in ordered
        if total
    )

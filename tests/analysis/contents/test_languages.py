"""Languages get linguist's names, from the first thing that tells."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.analysis.contents.facts import lookups
from bot.analysis.contents.languages import name_language

CASES = {
    "extension": ("src/app.py", b"x = 1\n", "Python"),
    "extension in capitals": ("A.PY", b"", "Python"),
    "file name": ("Dockerfile", b"", "Dockerfile"),
    "file name in a folder": ("deploy/Makefile", b"", "Makefile"),
    "the longest extension": ("x.html.erb", b"", "HTML+ERB"),
    "an unknown first extension": ("jquery.min.js", b"", "JavaScript"),
    "shebang": ("bin/tool", b"#!/usr/bin/python3\n", "Python"),
    "shebang by env": ("bin/tool", b"#!/usr/bin/env -S node --no-warnings\n", "JavaScript"),
    "shebang with a version": ("bin/tool", b"#!/usr/bin/python3.11\n", "Python"),
    "shebang with an assignment": ("bin/tool", b"#!/usr/bin/env FOO=1 ruby -w\n", "Ruby"),
    "a shell that starts another": ("bin/tool", b'#!/bin/sh\nexec scala "$0" "$@"\n', "Scala"),
    "an empty shebang": ("bin/tool", b"#!\n", ""),
    "Emacs modeline": ("thing.txt", b"-*- mode: ruby; coding: utf-8 -*-\n", "Ruby"),
    "short Emacs modeline": ("vector", b"// -*- C++ -*-\n", "C++"),
    "coding alone is no mode": ("a.py", b"# -*- coding: utf-8 -*-\n", "Python"),
    "Vim modeline at the end": ("thing", b"x\n" * 2000 + b"# vim: set ts=4 ft=perl:\n", "Perl"),
    "an unknown mode": ("a.c", b"/* -*- mode: klingon -*- */", "C"),
    "C header": ("a.h", b"#ifndef A_H\nint f(void);\n#endif\n", "C"),
    "C++ header": ("a.h", b"namespace a {\nclass B;\n}\n", "C++"),
    "Objective-C header": ("a.h", b"#import <Foundation/Foundation.h>\n@interface A\n@end\n", "Objective-C"),
    "TypeScript": ("a.ts", b"export const a = 1;\n", "TypeScript"),
    "Qt translation": ("a.ts", b'<?xml version="1.0"?>\n<!DOCTYPE TS>\n<TS version="2.1">\n', "XML"),
    "MATLAB": ("a.m", b"function y = f(x)\ny = x;\nend\n", "MATLAB"),
    "Perl test": ("a.t", b"use strict;\nuse Test::More;\n", "Perl"),
    "Prolog": ("a.pl", b"parent(X, Y) :- father(X, Y).\n", "Prolog"),
    "Rust": ("a.rs", b"fn main() {}\n", "Rust"),
    "Rust that speaks of C": ("a.rs", b"//! like #include\nuse std::io;\n// #include <x>\n", "Rust"),
    "C# with chunks": ("A.cs", b"using System;\n!x\n", "C#"),
    "Markdown with semicolons": ("a.md", b"# A\n\n;; b\n", "Markdown"),
    "Markdown": ("README.md", b"# Title\n", "Markdown"),
    "JSON": ("a.json", b"{}", "JSON"),
    "OpenAPI": ("api.yaml", b"openapi: 3.0.1\n", "OASv3-yaml"),
    "XML without extension": ("thing", b'<?xml version="1.0"?><a/>', "XML"),
    "nothing": ("thing", b"hello", ""),
}


@pytest.mark.parametrize(("path", "content", "expected"), CASES.values(), ids=CASES)
def test_languages(path: str, content: bytes, expected: str) -> None:
    assert name_language(path, content) == expected


@given(name=st.text(max_size=40), content=st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_file_has_a_known_language_or_none(name: str, content: bytes) -> None:
    for prefix in (b"", b"#!", b"-*- ", b"vim: ft="):
        named = name_language(name, prefix + content)
        assert named == "" or named in lookups().languages

"""The comment syntax of each language, by family; a language that is not listed has no comments we know of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Syntax:
    """`line` markers begin a comment at the start of a line; `block` pairs open and close one.

    `docs` are quotes whose strings count as comments where they stand alone at the start of a line (Python).
    `anchored` block pairs are whole lines (Ruby's =begin, Perl's =pod).
    """

    line: tuple[bytes, ...] = ()
    block: tuple[tuple[bytes, bytes], ...] = ()
    docs: tuple[bytes, ...] = ()
    anchored: tuple[tuple[bytes, bytes], ...] = ()


_SLASHES = (b"//",)
_STAR = ((b"/*", b"*/"),)
_ANGLE = ((b"<!--", b"-->"),)
_PAREN_STAR = ((b"(*", b"*)"),)

_C = Syntax(_SLASHES, _STAR)
_HASH = Syntax((b"#",))
_STAR_ONLY = Syntax((), _STAR)
_MARKUP = Syntax((), _ANGLE)
_ML = Syntax((), _PAREN_STAR)
_LISP = Syntax((b";",))
_LISP_BLOCK = Syntax((b";",), ((b"#|", b"|#"),))
_DASH = Syntax((b"--",))
_SQL = Syntax((b"--",), _STAR)
_HASKELL = Syntax((b"--",), ((b"{-", b"-}"),))
_PERCENT = Syntax((b"%",))
_ASSEMBLY = Syntax((b";", b"#", b"//"), _STAR)
_BASIC = Syntax((b"'", b"REM ", b"Rem ", b"rem "))
_FORTRAN = Syntax((b"!",))
_HASH_C = Syntax((b"#", b"//"), _STAR)
_PHP = Syntax((b"//", b"#"), _STAR)
_COMPONENT = Syntax(_SLASHES, _STAR + _ANGLE)

NO_COMMENTS = Syntax()

_FAMILIES: tuple[tuple[Syntax, str], ...] = (
    (
        _C,
        "ActionScript|AIDL|AL|AngelScript|Apex|AspectJ|Ballerina|Beef|C|C#|C++|Cairo|Cairo Zero|Ceylon|Chapel|"
        "ChucK|Circom|Clarion|Closure Templates|CUE|Cuda|Cycript|D|Dafny|Dart|DirectX 3D File|E|ECL|Fantom|Flix|"
        "Game Maker Language|GDShader|GLSL|Go|Go Module|Godot Resource|Gosu|Groovy|Hack|Haxe|HLSL|ISPC|Java|JavaScript|"
        "JavaScript+ERB|JCL|Jolie|JSON with Comments|JSON5|Kotlin|KerboScript|LSL|Less|Logos|LoomScript|Lex|Metal|"
        "Modelica|Monkey C|Motoko|Move|MQL4|MQL5|Nearley|nesC|NetLinx|Noir|Objective-C|Objective-C++|Objective-J|Odin|"
        "OpenCL|OpenSCAD|P4|Pawn|Pike|Pkl|POV-Ray SDL|Processing|Protocol Buffer|Q#|QML|Qt Script|Reason|RenderScript|"
        "ReScript|Rust|SCSS|Sass|Scala|Scilab|ShaderLab|Slang|Slash|Slice|Solidity|SourcePawn|Squirrel|Stylus|Sway|"
        "SuperCollider|Swift|SWIG|SystemVerilog|Tact|Thrift|TSX|TypeScript|TypeSpec|Typst|UnrealScript|V|Vala|Verilog|"
        "Volt|WGSL|X10|XC|Xtend|Yacc|Zig|ZenScript|Bison|ANTLR|DTrace|GSC|Gradle|Kusto|Bicep|Astro|Carbon|C3|Jsonnet|"
        "Roc|Faust|Filterscript|IDL|Cap'n Proto|FIRRTL|PEG.js|PlantUML|STON|Cpp-ObjDump|Power Query|Unity3D Asset",
    ),
    (
        _HASH,
        "Awk|BitBake|Bluespec|Crystal|CMake|CODEOWNERS|Dockerfile|Dotenv|EditorConfig|Elixir|fish|GAP|"
        "Git Attributes|Git Config|Git Revision List|Gnuplot|GraphQL|Ignore List|Java Properties|Just|KCL|Makefile|"
        "Meson|MiniYAML|Nginx|Nim|Nushell|OASv2-yaml|OASv3-yaml|Option List|Perl|PicoLisp|Pip Requirements|Pod|Puppet|"
        "Python|Procfile|QMake|R|Raku|RPM Spec|Ruby|RouterOS Script|Salt|sed|Shell|ShellCheck Config|Snakemake|"
        "Starlark|Tcl|TOML|YAML|Alpine Abuild|ApacheConf|Browserslist|Cabal Config|desktop|Elvish|Gemfile.lock|"
        "Gemini|HAProxy|Hosts File|Kickstart|NPM Config|NetLogo|OpenRC runscript|Record Jar|Readline Config|"
        "SSH Config|Tcsh|Wget Config|XCompose|cURL Config|Earthly|Cython|GN|Hy|jq|Mojo|Genie|Boo|"
        "Unix Assembly|Gentoo Ebuild|Gentoo Eclass|Checksums|Ren'Py|Golo|Sage|mcfunction|"
        "Spline Font Database|Ecere Projects|Public Key|SubRip Text|Gherkin",
    ),
    (_STAR_ONLY, "CSS|B|Linker Script|REXX|SAS|PostCSS"),
    (_MARKUP, "HTML|HTML+EEX|HTML+ERB|HTML+ECR|HTML+PHP|HTML+Razor|Maven POM|XML|XML Property List|XSLT|"
              "Ant Build System|SVG|Web Ontology Language|XPages|Ecmarkup|JetBrains MPS|LabVIEW|Mako|Smarty|Handlebars|"
              "ColdFusion|ASP.NET|Jinja|Twig|Liquid|Markdown|MDX|Eagle|Genshi|Blade|EJS|Nunjucks|Java Server Pages|"
              "Glimmer JS|Glimmer TS|Edge|Antlers|Latte"),
    (_COMPONENT, "Vue|Svelte|Riot|Marko|mdsvex"),
    (_ML, "OCaml|Standard ML|Rocq Prover|Isabelle|Wolfram Language|Modula-2|Modula-3|Oberon|"
          "Component Pascal|AppleScript|EBNF|Oxygene"),
    (Syntax((b"//",), ((b"(*", b"*)"),)), "F#|F*"),
    (Syntax((b"//",), ((b"{", b"}"), (b"(*", b"*)"))), "Pascal"),
    (_LISP, "AutoHotkey|AutoIt|Clojure|edn|Emacs Lisp|INI|Fennel|Janet|NewLisp|NASL|Nu|LFE|Rebol|Red|"
            "Regular Expression|Tree-sitter Query|DNS Zone|LLVM|Inno Setup|Redcode|"
            "Motorola 68K Assembly|Arc|KiCad Schematic|"
            "BlitzBasic|PureBasic|Windows Registry Entries|Parrot Assembly|Jasmin"),
    (_LISP_BLOCK, "Common Lisp|Racket|Scheme"),
    (_DASH, "Ada|Eiffel|VHDL|LookML|ASN.1|Euphoria"),
    (_SQL, "SQL|PLpgSQL|PLSQL|TSQL|SQLPL|HiveQL|Cypher"),
    (_HASKELL, "Haskell|Agda|Elm|Idris|PureScript|Literate Haskell|Dhall|Frege|Curry"),
    (Syntax((b"--",), ((b"/-", b"-/"),)), "Lean|Lean 4"),
    (Syntax((b"--",), ((b"--[[", b"]]"), (b"--[=[", b"]=]"))), "Lua|Luau|MoonScript|Terra|Teal"),
    (_PERCENT, "Erlang|TeX|BibTeX|BibTeX Style|PostScript|LilyPond|Turing|Mercury|Logtalk"),
    (Syntax((b"%",), _STAR), "Prolog|ECLiPSe|Answer Set Programming"),
    (Syntax((b"%", b"#"), ((b"%{", b"%}"),)), "MATLAB"),
    (_ASSEMBLY, "Assembly"),
    (_BASIC, "BASIC|FreeBASIC|QuickBASIC|VBA|VBScript|Visual Basic .NET|Visual Basic 6.0|B4X|BrighterScript|"
             "Classic ASP|Xojo|Monkey"),
    (_FORTRAN, "Fortran|Fortran Free Form|FPP|Factor"),
    (Syntax((b"*>", b"*", b"/")), "COBOL"),
    (_HASH_C, "HCL|Terraform Template|Nix|Io|Pony|ucode|Nextflow|Bluespec BH|RAML|Augeas|Gleam|Ring|Cadence"),
    (_PHP, "PHP"),
    (Syntax((b"#",), ((b"<#", b"#>"),)), "PowerShell"),
    (Syntax((b"REM ", b"rem ", b"::", b"@REM", b"@rem")), "Batchfile"),
    (Syntax((b'"',)), "Vim script"),
    (Syntax((b"#",), ((b"###", b"###"),)), "CoffeeScript|LiveScript"),
    (Syntax((b"#",), ((b"#=", b"=#"),)), "Julia"),
    (Syntax((b";", b"#"), _STAR), "NSIS"),
    (Syntax((b"..",)), "reStructuredText"),
    (Syntax((b"//",), ((b"////", b"////"),)), "AsciiDoc"),
    (Syntax((b'.\\"', b"'\\\"")), "Roff|Roff Manpage"),
    (Syntax((b"//-", b"//")), "Pug"),
    (Syntax((b"-#", b"/")), "Haml|Slim"),
    (Syntax((b"\\",), ((b"(", b")"),)), "Forth"),
    (Syntax((b"*", b'"')), "ABAP"),
    (Syntax((b";;",), ((b"(;", b";)"),)), "WebAssembly"),
)  # fmt: skip

_BY_LANGUAGE = {name: syntax for syntax, names in _FAMILIES for name in names.split("|")} | {
    "Python": Syntax((b"#",), docs=(b'"""', b"'''")),
    "Ruby": Syntax((b"#",), anchored=((b"=begin", b"=end"),)),
    "Perl": Syntax((b"#",), anchored=((b"=", b"=cut"),)),
    "Nim": Syntax((b"#",), ((b"#[", b"]#"),)),
}


def syntax_of(language: str) -> Syntax:
    """How `language` writes comments; NO_COMMENTS where that is not known."""
    return _BY_LANGUAGE.get(language, NO_COMMENTS)


def languages_with_comments() -> frozenset[str]:
    """Every language whose comment syntax we know."""
    return frozenset(_BY_LANGUAGE)

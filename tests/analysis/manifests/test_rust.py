"""Cargo.toml with workspace inheritance."""

from __future__ import annotations

from bot.analysis.manifests import Workspace
from bot.model.report import Kind
from tests.analysis.manifests.cases import inventory, rows, runtimes

CARGO = {
    "Cargo.toml": """
        [workspace]
        members = ["crates/*"]
        exclude = ["crates/old"]

        [workspace.package]
        version = "0.5.0"
        license = "MIT OR Apache-2.0"
        rust-version = "1.75"

        [workspace.dependencies]
        serde = { version = "1.0", features = ["derive"] }
        tokio = "1.38"
    """,
    "crates/web/Cargo.toml": """
        [package]
        name = "web"
        version.workspace = true
        license.workspace = true
        rust-version.workspace = true
        edition = "2021"

        [dependencies]
        serde.workspace = true
        tokio = { workspace = true, optional = true }
        exact = "=1.2.3"
        renamed = { package = "real-name", version = "2" }
        local = { path = "../local" }
        gone.workspace = true

        [dev-dependencies]
        insta = "1"

        [build-dependencies]
        cc = "1.0"

        [target.'cfg(unix)'.dependencies]
        nix = "0.29"

        [[bin]]
        name = "web"
        path = "src/bin/web.rs"
    """,
    "crates/old/Cargo.toml": '[package]\nname = "old"\n',
    "Cargo.lock": '[[package]]\nname = "serde"\nversion = "1.0.203"\n\n[[package]]\nname = "nix"\nversion = "0.29.0"\n',
}


def test_cargo_inherits_from_its_workspace() -> None:
    found = inventory(CARGO)
    assert rows(found) == [
        ("serde", "1.0", "runtime", 9),
        ("tokio", "1.38", "optional", 10),
        ("exact", "=1.2.3", "runtime", 11),
        ("real-name", "2", "runtime", 12),
        ("local", "../local", "runtime", 13),
        ("gone", "", "runtime", 14),
        ("insta", "1", "development", 17),
        ("cc", "1.0", "build", 20),
        ("nix", "0.29", "runtime", 23),
    ]
    by_name = {package.name: package for package in found.packages}
    assert by_name["serde"].purl == "pkg:cargo/serde@1.0.203"
    assert by_name["exact"].purl == "pkg:cargo/exact@1.2.3"
    assert found.workspaces == (Workspace(path="Cargo.toml", manager="cargo", members=("crates/web",)),)
    (web,) = [manifest for manifest in found.manifests if manifest.name == "web"]
    assert (web.version, web.licence, web.kind) == ("0.5.0", "MIT OR Apache-2.0", Kind.COMMAND_LINE_TOOL)
    assert ("Rust", "1.75", 5) in runtimes(found)
    assert [problem.message for problem in found.problems] == [
        "`gone` is inherited, but no workspace root here declares it."
    ]


def test_programs_beside_a_library_are_found_by_their_place() -> None:
    crate = '[package]\nname = "a"\nversion = "1.0.0"\n'
    texts = {"Cargo.toml": crate, "src/lib.rs": "", "src/bin/a/main.rs": ""}
    (manifest,) = inventory(texts).manifests
    assert (manifest.kind, manifest.entry_points) == (Kind.COMMAND_LINE_TOOL, ("src/bin/a/main.rs",))
    texts["Cargo.toml"] = f"{crate}autobins = false\n"
    assert inventory(texts).manifests[0].kind is Kind.LIBRARY

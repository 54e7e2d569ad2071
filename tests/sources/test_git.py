"""git on a stranger's folder: nothing that its configuration names is run."""

from __future__ import annotations

import subprocess
from pathlib import Path

from bot.sources.checkout import read_checkout
from tests.sources.checkouts import git


def sign_head(folder: Path) -> None:
    """Gives HEAD a signature, so that whoever shows signatures would run the program that checks them."""
    head = subprocess.run(["git", "-C", str(folder), "cat-file", "commit", "HEAD"], capture_output=True, check=True)
    fields, _, message = head.stdout.partition(b"\n\n")
    signature = b"\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----"
    write = ["git", "-C", str(folder), "hash-object", "-t", "commit", "-w", "--stdin"]
    signed = subprocess.run(write, input=fields + signature + b"\n\n" + message, capture_output=True, check=True)
    git(folder, "update-ref", "HEAD", signed.stdout.decode().strip())


def test_no_command_of_the_repositorys_configuration_is_run(tmp_path: Path) -> None:
    """An unpacked archive may bring its own `.git/config`; reading it must be harmless."""
    folder, ran = tmp_path / "trap", tmp_path / "ran"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "README.md").write_text("# Trap\n")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "Begin")
    sign_head(folder)
    script = tmp_path / "evil.sh"
    script.write_text(f'#!/bin/sh\necho "$0 $@" >> {ran}\n')
    script.chmod(0o755)
    for name in (
        "core.fsmonitor", "core.sshCommand", "core.pager", "pager.log", "core.editor", "core.askPass",
        "credential.helper", "gpg.program", "diff.external", "remote.origin.uploadpack", "uploadpack.packObjectsHook",
        "filter.evil.smudge", "filter.evil.clean", "core.alternateRefsCommand",
    ):  # fmt: skip
        git(folder, "config", name, str(script))
    for name, value in (
        ("remote.origin.url", f"ext::{script}"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.partialclonefilter", "blob:none"),
        ("extensions.partialClone", "origin"),
        ("protocol.ext.allow", "always"),
        ("log.showSignature", "true"),
        ("core.repositoryformatversion", "1"),
    ):
        git(folder, "config", name, value)
    (folder / ".git" / "info" / "attributes").write_text("* filter=evil diff=evil\n")
    blob = subprocess.run(
        ["git", "-C", str(folder), "rev-parse", "HEAD:README.md"], capture_output=True, text=True, check=True
    ).stdout.strip()
    (folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    ran.unlink(missing_ok=True)
    facts, stream = read_checkout(folder)
    assert [entry.path for entry in stream] == ["README.md"]
    assert len(facts.commits or ()) == 1
    assert not ran.exists(), ran.read_text()

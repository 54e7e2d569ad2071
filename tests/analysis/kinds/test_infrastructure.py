"""What others run on."""

from __future__ import annotations

import pytest

from bot.model.report import Kind
from tests.analysis.kinds.cases import Case

K = Kind


CASES: dict[str, Case] = {
    "Terraform": Case({"main.tf": 'resource "x" "y" {}\n' * 40}, K.INFRASTRUCTURE),
    "a chart": Case({"Chart.yaml": "name: x\nversion: 1.0.0\n", "templates/a.yaml": "a: b\n"}, K.INFRASTRUCTURE),
    "role": Case({"tasks/main.yml": "- debug:\n", "meta/main.yml": "{}\n", "README.md": "# A\n"}, K.INFRASTRUCTURE),
    "roles": Case(
        {
            **{f"roles/{n}/tasks/main.yml": "- debug:\n" for n in range(4)},
            "roles/1/templates/a.j2": "{{ a }}\n" * 900,
            "ansible.cfg": "[defaults]\n",
            "index.html": "<p>\n",
            "requirements.txt": "ansible==9\n",
            "scripts/a.py": "x = 1\n" * 90,
        },
        K.INFRASTRUCTURE,
    ),
    "images": Case(
        {**{f"{n}/Dockerfile": "FROM a:1\nRUN b\n" for n in range(4)}, "entry.sh": "echo 1\n" * 60}, K.INFRASTRUCTURE
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_kind(name: str) -> None:
    assert CASES[name].is_found()

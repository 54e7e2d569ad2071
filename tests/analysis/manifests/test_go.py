"""go.mod and go.work."""

from __future__ import annotations

from bot.analysis.manifests import Workspace
from tests.analysis.manifests.cases import inventory, purls, rows, runtimes

GO_MOD = """
// Deprecated: use example.com/shop/v3
module example.com/shop/v2 // Deprecated: use v3

go 1.22.1

toolchain go1.22.5

require (
	github.com/gin-gonic/gin v1.10.0
	golang.org/x/net v0.26.0 // indirect
	github.com/jackc/pgx/v5 v5.6.0 // pinned
)

require github.com/stretchr/testify v1.9.0

replace github.com/gin-gonic/gin => ../gin

tool golang.org/x/tools/cmd/stringer
"""


def test_go_mod_has_direct_requirements_tools_and_versions() -> None:
    found = inventory({"go.mod": GO_MOD})
    assert rows(found) == [
        ("github.com/gin-gonic/gin", "v1.10.0", "runtime", 9),
        ("github.com/jackc/pgx/v5", "v5.6.0", "runtime", 11),
        ("github.com/stretchr/testify", "v1.9.0", "runtime", 14),
        ("golang.org/x/tools/cmd/stringer", "", "development", 18),
    ]
    assert purls(found)[1] == "pkg:golang/github.com/jackc/pgx/v5@v5.6.0"
    assert runtimes(found) == [("Go", "1.22.1", 4), ("Go", "1.22.5", 6)]
    assert found.manifests[0].name == "example.com/shop/v2"
    assert found.manifests[0].deprecated == "Deprecated: use v3"


def test_go_work_names_its_modules() -> None:
    found = inventory(
        {
            "go.work": "go 1.22\n\nuse (\n\t./api\n\t./lib\n)\nuse .\n",
            "api/go.mod": "module example.com/api\n",
            "lib/go.mod": "module example.com/lib\n",
            "other/go.mod": "module example.com/other\n",
        }
    )
    assert found.workspaces == (Workspace(path="go.work", manager="go.work", members=("api", "lib")),)

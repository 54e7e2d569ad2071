"""Samples in Go, Rust and Java."""

from __future__ import annotations

from datetime import datetime

from tests.fakehub.gitstore import GitStore
from tests.samples.history import ADA, DEPENDABOT, GRACE, LINUS, History, apache_licence, mit_licence

GO_MOD = """module github.com/acme/lantern

go 1.23

require (
\tgithub.com/spf13/cobra v1.8.1
\tgithub.com/stretchr/testify v1.10.0
\tgolang.org/x/sync v0.10.0 // indirect
)
"""
GO_MAIN = """// Command lantern shows which of your hosts are awake.
package main

import (
\t"fmt"
\t"os"

\t"github.com/spf13/cobra"
)

func main() {
\troot := &cobra.Command{Use: "lantern", RunE: run}
\tif err := root.Execute(); err != nil {
\t\tfmt.Fprintln(os.Stderr, err)
\t\tos.Exit(1)
\t}
}

func run(cmd *cobra.Command, hosts []string) error {
\tfor _, host := range hosts {
\t\tcmd.Println(host, awake(host))
\t}
\treturn nil
}

// awake is optimistic: a host without a name sleeps.
func awake(host string) bool { return host != "" }
"""
GO_TEST = """package main

import (
\t"testing"

\t"github.com/stretchr/testify/assert"
)

func TestNamelessHostsSleep(t *testing.T) {
\tassert.False(t, awake(""))
}
"""
GO_CI = """name: go
on:
  pull_request:
  push: {branches: [main]}
jobs:
  go:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-go@v5
        with: {go-version-file: go.mod}
      - run: go test ./...
"""


def go_cli(store: GitStore, now: datetime) -> None:
    """A command-line tool in Go, active."""
    history = History(now)
    files = {
        "go.mod": GO_MOD,
        "go.sum": "github.com/spf13/cobra v1.8.1 h1:e5/vxKd/rZsfSJMUX1agtjeTDf+qv1/JdBF8gg5k9ZM=\n",
        "main.go": GO_MAIN,
        "README.md": "# lantern\n\nShows which of your hosts are awake.\n\n## Install\n\n    go install "
        "github.com/acme/lantern@latest\n\n## Usage\n\n    lantern host1 host2\n",
        "LICENSE": apache_licence(),
    }
    history.commit(500, LINUS, "Light", files)
    history.commit(250, LINUS, "Test", {"main_test.go": GO_TEST, ".github/workflows/go.yml": GO_CI})
    history.tag("v0.9.0", 249)
    history.commit(30, DEPENDABOT, "Bump cobra", {"docs/bumps.md": "cobra\n"})
    for day in (25, 18, 11, 4):
        history.commit(day, LINUS, f"Shine brighter ({day})", {f"docs/notes/{day}.md": "Brighter.\n"})
    history.write(store)


CARGO = """[package]
name = "sundial"
version = "0.3.0"
edition = "2021"
rust-version = "1.75"
license = "MIT"
description = "Apparent solar time"

[dependencies]
serde = { version = "1.0", features = ["derive"] }
chrono = "0.4"

[dev-dependencies]
proptest = "1.5"

[features]
default = []
"""
RUST = """//! Apparent solar time.

/// Minutes between mean and apparent noon on a day of the year.
pub fn equation_of_time(day: u32) -> f64 {
    let b = 2.0 * std::f64::consts::PI * (f64::from(day) - 81.0) / 364.0;
    9.87 * (2.0 * b).sin() - 7.53 * b.cos() - 1.5 * b.sin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn april_is_near_zero() {
        assert!(equation_of_time(105).abs() < 1.0);
    }
}
"""


def rust_library(store: GitStore, now: datetime) -> None:
    """A library in Rust that nobody has touched for more than a year."""
    history = History(now)
    files = {
        "Cargo.toml": CARGO,
        "src/lib.rs": RUST,
        "README.md": "# sundial\n\nApparent solar time for those who have a garden.\n",
        "LICENSE": mit_licence("The Sundialists"),
    }
    history.commit(800, GRACE, "Noon", files)
    history.commit(500, GRACE, "Afternoon", {"CHANGELOG.md": "## 0.3.0\n\n- Afternoon.\n"})
    history.tag("v0.3.0", 500)
    history.write(store)


POM = """<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <parent>
    <groupId>org.springframework.boot</groupId>
    <artifactId>spring-boot-starter-parent</artifactId>
    <version>3.4.1</version>
  </parent>
  <groupId>test.example</groupId>
  <artifactId>orchard</artifactId>
  <version>1.0.0-SNAPSHOT</version>
  <properties>
    <java.version>21</java.version>
    <mapstruct.version>1.6.3</mapstruct.version>
  </properties>
  <dependencies>
    <dependency>
      <groupId>org.springframework.boot</groupId>
      <artifactId>spring-boot-starter-web</artifactId>
    </dependency>
    <dependency>
      <groupId>org.mapstruct</groupId>
      <artifactId>mapstruct</artifactId>
      <version>${mapstruct.version}</version>
    </dependency>
    <dependency>
      <groupId>org.postgresql</groupId>
      <artifactId>postgresql</artifactId>
      <scope>runtime</scope>
    </dependency>
    <dependency>
      <groupId>org.springframework.boot</groupId>
      <artifactId>spring-boot-starter-test</artifactId>
      <scope>test</scope>
    </dependency>
  </dependencies>
</project>
"""
JAVA = """package test.example.orchard;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Keeps the books of an orchard. */
@SpringBootApplication
public class Orchard {
    public static void main(String[] args) {
        SpringApplication.run(Orchard.class, args);
    }

    static int crates(int apples) {
        // A crate holds forty.
        return (apples + 39) / 40;
    }
}
"""


def java_app(store: GitStore, now: datetime) -> None:
    """A Spring Boot service without a licence and without CI."""
    history = History(now)
    test = "package test.example.orchard;\n\nclass OrchardTest {\n    @org.junit.jupiter.api.Test\n"
    test += "    void roundsUp() {\n        assert Orchard.crates(41) == 2;\n    }\n}\n"
    files = {
        "pom.xml": POM,
        "src/main/java/test/example/orchard/Orchard.java": JAVA,
        "src/test/java/test/example/orchard/OrchardTest.java": test,
        "src/main/resources/application.yml": "spring:\n  datasource:\n    url: jdbc:postgresql://db/orchard\n",
        "compose.yaml": "services:\n  db:\n    image: postgres:16\n",
        "README.md": "# Orchard\n\nKeeps the books of an orchard.\n",
    }
    history.commit(210, ADA, "Plant", files)
    history.commit(70, ADA, "Harvest", {"docs/harvest.md": "In autumn.\n"})
    history.write(store)

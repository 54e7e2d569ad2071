"""Go, Rust, Maven and Gradle."""

from __future__ import annotations

import pytest

from bot.analysis.manifests import Workspace
from bot.model.report import Kind
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


POM_PARENT = """
<?xml version="1.0"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <parent>
    <groupId>org.springframework.boot</groupId>
    <artifactId>spring-boot-starter-parent</artifactId>
    <version>3.3.1</version>
    <relativePath/>
  </parent>
  <groupId>com.acme</groupId>
  <artifactId>acme-parent</artifactId>
  <version>1.0.0</version>
  <packaging>pom</packaging>
  <licenses><license><name>Apache License, Version 2.0</name></license></licenses>
  <modules><module>shop</module><module>../outside</module></modules>
  <properties>
    <java.version>21</java.version>
    <guava.version>33.2.1-jre</guava.version>
    <alias>${guava.version}</alias>
  </properties>
  <dependencyManagement><dependencies>
    <dependency><groupId>com.google.guava</groupId><artifactId>guava</artifactId><version>${alias}</version></dependency>
    <dependency>
      <groupId>org.junit.jupiter</groupId><artifactId>junit-jupiter</artifactId><version>5.10.3</version><scope>test</scope>
    </dependency>
  </dependencies></dependencyManagement>
</project>
"""

POM = """
<project>
  <parent><groupId>com.acme</groupId><artifactId>acme-parent</artifactId><version>1.0.0</version></parent>
  <artifactId>shop</artifactId>
  <dependencies>
    <dependency><groupId>com.google.guava</groupId><artifactId>guava</artifactId></dependency>
    <dependency><groupId>org.junit.jupiter</groupId><artifactId>junit-jupiter</artifactId></dependency>
    <dependency>
      <groupId>${project.groupId}</groupId>
      <artifactId>core</artifactId>
      <version>${project.version}</version>
    </dependency>
    <dependency><groupId>a</groupId><artifactId>b</artifactId><version>${unknown}</version><scope>provided</scope></dependency>
    <dependency><groupId>c</groupId><artifactId>d</artifactId><version>[1,2)</version><optional>true</optional></dependency>
    <dependency><groupId>e</groupId></dependency>
  </dependencies>
  <build><plugins>
    <plugin><artifactId>maven-surefire-plugin</artifactId><version>3.2.5</version></plugin>
  </plugins></build>
</project>
"""


def test_maven_resolves_parents_properties_and_managed_versions() -> None:
    found = inventory({"pom.xml": POM_PARENT, "shop/pom.xml": POM})
    assert rows(found, "pom.xml") == [
        ("org.springframework.boot:spring-boot-starter-parent", "3.3.1", "build", 3),
    ]
    assert rows(found, "shop/pom.xml") == [
        ("com.google.guava:guava", "33.2.1-jre", "runtime", 5),
        ("org.junit.jupiter:junit-jupiter", "5.10.3", "development", 6),
        ("com.acme:core", "1.0.0", "runtime", 7),
        ("a:b", "${unknown}", "build", 12),
        ("c:d", "[1,2)", "optional", 13),
        ("org.apache.maven.plugins:maven-surefire-plugin", "3.2.5", "build", 17),
    ]
    assert "pkg:maven/com.google.guava/guava@33.2.1-jre" in purls(found)
    assert "pkg:maven/a/b" in purls(found)
    assert runtimes(found) == [("Java", "21", 16)]
    assert found.workspaces == (Workspace(path="pom.xml", manager="maven", members=("shop",)),)
    assert [(problem.message, problem.line) for problem in found.problems] == [("A dependency has no artifactId.", 14)]
    assert [one.text for one in found.declared_licences] == ["Apache License, Version 2.0"]


BOMB = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>
<project><artifactId>&b;</artifactId></project>
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BOMB, "The XML declares the entity `a`; entities are not read."),
        ('<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]><project>&x;</project>', "entity `x`"),
        ("<a>" * 1_000, "nested deeper than 64 levels"),
        ("<html/>", "The root element is not <project>."),
        ("<project", "XML: unclosed token"),
        ("", "XML: no element found"),
    ],
)
def test_hostile_xml_is_refused(text: str, message: str) -> None:
    (problem,) = inventory({"pom.xml": text}).problems
    assert message in problem.message


def test_maven_parents_in_a_circle_end() -> None:
    pom = "<project><parent><artifactId>a</artifactId></parent><artifactId>a</artifactId></project>"
    assert inventory({"pom.xml": pom, "a/pom.xml": pom, "a/b/pom.xml": pom}).problems == ()


GROOVY = """
buildscript {
    ext.kotlin_version = '1.9.24'
    dependencies {
        classpath "org.jetbrains.kotlin:kotlin-gradle-plugin:$kotlin_version"
    }
}
plugins {
    id 'java'
    id 'org.springframework.boot' version '3.3.1'
    id "io.spring.dependency-management" version "${depVersion}" apply false
}
apply plugin: 'application'
version = '1.4.0'
java { toolchain { languageVersion = JavaLanguageVersion.of(21) } }
ext {
    guavaVersion = '33.2.1-jre'
}
def versions = [junit: '5.10.3']
dependencies {
    // implementation 'commented:out:1'
    implementation 'org.springframework.boot:spring-boot-starter-web'
    implementation "com.google.guava:guava:${guavaVersion}"
    implementation group: 'commons-io', name: 'commons-io', version: '2.16.1'
    api project(':core')
    compileOnly('org.projectlombok:lombok:1.18.32') {
        exclude group: 'x', module: 'y'
    }
    runtimeOnly(
        'org.postgresql:postgresql:42.7.3'
    )
    annotationProcessor 'org.projectlombok:lombok:1.18.32'
    testImplementation "org.junit.jupiter:junit-jupiter:$versions.junit"
    implementation platform('software.amazon.awssdk:bom:2.26.0')
    implementation 'dynamic:range:1.+'
    constraints {
        implementation 'not:direct:1'
    }
}
"""


def test_gradle_in_groovy() -> None:
    found = inventory({"build.gradle": GROOVY, "gradle.properties": "depVersion=1.1.5\n"})
    assert rows(found, "build.gradle") == [
        ("org.jetbrains.kotlin:kotlin-gradle-plugin", "1.9.24", "build", 4),
        ("org.springframework.boot:org.springframework.boot.gradle.plugin", "3.3.1", "build", 9),
        ("io.spring.dependency-management:io.spring.dependency-management.gradle.plugin", "1.1.5", "build", 10),
        ("org.springframework.boot:spring-boot-starter-web", "", "runtime", 21),
        ("com.google.guava:guava", "33.2.1-jre", "runtime", 22),
        ("commons-io:commons-io", "2.16.1", "runtime", 23),
        ("org.projectlombok:lombok", "1.18.32", "build", 25),
        ("org.postgresql:postgresql", "42.7.3", "runtime", 28),
        ("org.projectlombok:lombok", "1.18.32", "build", 31),
        ("org.junit.jupiter:junit-jupiter", "5.10.3", "development", 32),
        ("software.amazon.awssdk:bom", "2.26.0", "runtime", 33),
        ("dynamic:range", "1.+", "runtime", 34),
    ]
    assert "pkg:maven/dynamic/range" in purls(found)
    assert ("Java", "21", 14) in runtimes(found)
    (manifest,) = [one for one in found.manifests if one.path == "build.gradle"]
    assert (manifest.version, manifest.kind) == ("1.4.0", Kind.APPLICATION)


KOTLIN = {
    "settings.gradle.kts": 'rootProject.name = "shop"\ninclude(":app", ":core:model")\n',
    "gradle/libs.versions.toml": """
        [versions]
        ktor = "2.3.12"
        kotlin = { strictly = "2.0.0" }

        [libraries]
        ktor-server-core = { module = "io.ktor:ktor-server-core", version.ref = "ktor" }
        ktor_server_netty = { group = "io.ktor", name = "ktor-server-netty", version.ref = "ktor" }
        junit = "org.junit.jupiter:junit-jupiter:5.10.3"

        [bundles]
        server = ["ktor-server-core", "ktor_server_netty"]

        [plugins]
        kotlin-jvm = { id = "org.jetbrains.kotlin.jvm", version.ref = "kotlin" }
        short = "com.github.ben-manes.versions:0.51.0"
    """,
    "app/build.gradle.kts": """
        plugins {
            alias(libs.plugins.kotlin.jvm)
            alias(libs.plugins.short)
            id("com.google.devtools.ksp")
            kotlin("plugin.serialization") version "2.0.0"
            application
        }
        val arrow = "1.2.4"
        kotlin { jvmToolchain(17) }
        dependencies {
            implementation(libs.bundles.server)
            implementation(libs.junit)
            implementation("io.arrow-kt:arrow-core:$arrow")
            implementation(project(":core:model"))
            implementation(kotlin("reflect"))
            testImplementation(libs.ktor.server.core)
            ksp("a:processor:1.0")
            debugImplementation("b:tools:1")
        }
    """,
    "core/model/build.gradle.kts": """
        kotlin {
            sourceSets {
                val commonMain by getting {
                    dependencies { implementation("c:main:1") }
                }
                commonTest.dependencies { implementation("c:test:1") }
            }
        }
    """,
}


def test_gradle_in_kotlin_with_a_version_catalog() -> None:
    found = inventory(KOTLIN)
    assert rows(found, "app/build.gradle.kts") == [
        ("org.jetbrains.kotlin.jvm:org.jetbrains.kotlin.jvm.gradle.plugin", "2.0.0", "build", 2),
        ("com.github.ben-manes.versions:com.github.ben-manes.versions.gradle.plugin", "0.51.0", "build", 3),
        (
            "org.jetbrains.kotlin.plugin.serialization:org.jetbrains.kotlin.plugin.serialization.gradle.plugin",
            "2.0.0",
            "build",
            5,
        ),
        ("io.ktor:ktor-server-core", "2.3.12", "runtime", 11),
        ("io.ktor:ktor-server-netty", "2.3.12", "runtime", 11),
        ("org.junit.jupiter:junit-jupiter", "5.10.3", "runtime", 12),
        ("io.arrow-kt:arrow-core", "1.2.4", "runtime", 13),
        ("org.jetbrains.kotlin:kotlin-reflect", "", "runtime", 15),
        ("io.ktor:ktor-server-core", "2.3.12", "development", 16),
        ("a:processor", "1.0", "build", 17),
        ("b:tools", "1", "development", 18),
    ]
    assert rows(found, "core/model/build.gradle.kts") == [
        ("c:main", "1", "runtime", 4),
        ("c:test", "1", "development", 6),
    ]
    assert found.workspaces == (Workspace(path="settings.gradle.kts", manager="gradle", members=("app", "core/model")),)
    assert ("Java", "17", 9) in runtimes(found)

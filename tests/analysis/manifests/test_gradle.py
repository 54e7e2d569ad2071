"""Gradle in both languages, with version catalogs."""

from __future__ import annotations

from bot.analysis.manifests import Workspace
from bot.model.report import Kind
from tests.analysis.manifests.cases import inventory, purls, rows, runtimes

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

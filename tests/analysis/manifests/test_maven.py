"""pom.xml: parents, properties, managed versions, hostile XML."""

from __future__ import annotations

import pytest

from bot.analysis.manifests import Workspace
from tests.analysis.manifests.cases import inventory, purls, rows, runtimes

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

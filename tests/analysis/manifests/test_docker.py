"""Dockerfiles and compose files."""

from __future__ import annotations

import pytest

from bot.analysis.manifests.docker import split_image
from tests.analysis.manifests.cases import inventory, purls, rows, runtimes

DOCKERFILE = """
# syntax=docker/dockerfile:1
ARG NODE=20.14
ARG REGISTRY
FROM --platform=$BUILDPLATFORM node:${NODE}-alpine AS deps
RUN npm ci \\
    # a comment in between
    && echo FROM not:this

FROM deps AS build
FROM golang:1.22 as tools
FROM ${REGISTRY:-registry.example.test:5000}/base/python:3.12-slim@sha256:abc AS runtime
COPY --from=build /app /app
COPY --chown=1:1 --from=busybox:1.36 /bin/sh /bin/sh
COPY --from=1 /x /x
FROM runtime
"""


def test_stages_arguments_and_copied_images() -> None:
    found = inventory({"Dockerfile": DOCKERFILE})
    assert rows(found) == [
        ("node", "20.14-alpine", "build", 4),
        ("golang", "1.22", "build", 10),
        ("registry.example.test:5000/base/python", "sha256:abc", "runtime", 11),
        ("busybox", "1.36", "build", 13),
    ]
    assert runtimes(found) == [("Node.js", "20.14", 4), ("Go", "1.22", 10)]
    assert purls(found)[0] == "pkg:docker/node@20.14-alpine"


@pytest.mark.parametrize(
    ("reference", "name", "tag"),
    [
        ("postgres:16", "postgres", "16"),
        ("docker.io/library/redis", "redis", ""),
        ("localhost:5000/a/b:1", "localhost:5000/a/b", "1"),
        ("localhost:5000/a/b", "localhost:5000/a/b", ""),
        ("a@sha256:ff", "a", "sha256:ff"),
        ("a:1@sha256:ff", "a", "sha256:ff"),
    ],
)
def test_image_references(reference: str, name: str, tag: str) -> None:
    assert split_image(reference) == (name, tag)


def test_named_dockerfiles_are_read_and_templates_are_not() -> None:
    found = inventory(
        {
            "docker/Dockerfile.prod": "FROM nginx:1.27\n",
            "web.dockerfile": "FROM caddy:2\n",
            "Dockerfile.eex": "FROM <%= x %>\n",
        }
    )
    assert rows(found) == [("nginx", "1.27", "runtime", 1), ("caddy", "2", "runtime", 1)]


def test_compose_services() -> None:
    found = inventory(
        {
            "compose.prod.yaml": """
                x-base: &base
                  restart: always
                services:
                  db:
                    <<: *base
                    image: postgres:16.3
                  cache:
                    image: "redis:${REDIS_TAG:-7.2}"
                  web:
                    build: .
                    image: acme/web:1
            """
        }
    )
    assert rows(found) == [("postgres", "16.3", "runtime", 6), ("redis", "7.2", "runtime", 8)]


def test_a_dockerfile_without_from_is_a_problem() -> None:
    assert [one.message for one in inventory({"Dockerfile": "RUN x\n"}).problems] == [
        "The Dockerfile has no FROM line."
    ]


def test_a_list_called_compose_is_another_tools_file() -> None:
    found = inventory({"tasks/docker-compose.yml": "- name: a\n  command: b\n"})
    assert not found.problems
    assert not found.packages

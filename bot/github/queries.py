"""The GraphQL queries: what one request asks about many repositories.

Every page size is chosen so that 50 repositories stay below GitHub's 500,000 nodes
(https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api); a test counts them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

MAX_NODES_PER_QUERY = 50
"""Repositories asked about at once: heads always, facts as far as GitHub answers in time."""

COMMITS = 100
RELEASES = 30
TAGS = 20
ISSUES = 30
PULL_REQUESTS = 30
RESPONSES = 5
REVIEWS = 5
RULES = 30

ATTRIBUTE_FOLDERS = (".github", "docs", "doc", "tests", "test", "examples")
"""Folders whose own .gitattributes the facts query reads besides the root's. Deeper or rarer ones are found only
where one of these hides paths, by the tree listing of hidden.py."""

HEADS_QUERY = """
query Heads($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on Repository {
      id databaseId name owner { login } description
      isPrivate isFork isArchived isDisabled isEmpty pushedAt
      defaultBranchRef { name target { oid } }
    }
  }
}
"""

_RESPONSES = f"comments(first: {RESPONSES}) {{ nodes {{ createdAt authorAssociation author {{ __typename login }} }} }}"
_NEWEST = "orderBy: {field: CREATED_AT, direction: DESC}"
_FILES = "... on Tree { entries { name type } }"

ALWAYS = """
      id databaseId name url description homepageUrl
      isPrivate isFork isArchived isDisabled isMirror isTemplate isEmpty
      stargazerCount diskUsage createdAt pushedAt
      parent { nameWithOwner }
      templateRepository { nameWithOwner }"""

OF_REPOSITORY: Mapping[str, str] = {
    "hasIssuesEnabled": "hasIssuesEnabled",
    "hasDiscussionsEnabled": "hasDiscussionsEnabled",
    "hasVulnerabilityAlertsEnabled": "hasVulnerabilityAlertsEnabled",
    "isSecurityPolicyEnabled": "isSecurityPolicyEnabled",
    "licenseInfo": "licenseInfo { spdxId }",
    "repositoryTopics": "repositoryTopics(first: 20) { nodes { topic { name } } }",
    "languages": "languages(first: 30, orderBy: {field: SIZE, direction: DESC}) { edges { size node { name color } } }",
    "owner": f"""owner {{
        login
        repository(name: ".github", followRenames: false) {{
          nameWithOwner isPrivate
          root: object(expression: "HEAD:") {{ {_FILES} }}
          github: object(expression: "HEAD:.github") {{ {_FILES} }}
          docs: object(expression: "HEAD:docs") {{ {_FILES} }}
          issueTemplates: object(expression: "HEAD:.github/ISSUE_TEMPLATE") {{ {_FILES} }}
        }}
      }}""",
    "releases": f"""releases(first: {RELEASES}, {_NEWEST}) {{
        totalCount
        nodes {{
          tagName publishedAt isPrerelease isDraft author {{ login }}
          releaseAssets(first: 20) {{ nodes {{ name }} }}
        }}
      }}""",
    "refs": f"""refs(refPrefix: "refs/tags/", first: {TAGS}, orderBy: {{field: TAG_COMMIT_DATE, direction: DESC}}) {{
        nodes {{
          name
          target {{
            ... on Commit {{ committedDate }}
            ... on Tag {{ tagger {{ date }} target {{ ... on Commit {{ committedDate }} }} }}
          }}
        }}
      }}""",
    "openIssues": "openIssues: issues(states: OPEN) { totalCount }",
    "openPullRequests": "openPullRequests: pullRequests(states: OPEN) { totalCount }",
    "issues": f"""issues(first: {ISSUES}, {_NEWEST}) {{
        nodes {{ number createdAt closedAt author {{ __typename login }} {_RESPONSES} }}
      }}""",
    "pullRequests": f"""pullRequests(first: {PULL_REQUESTS}, {_NEWEST}) {{
        nodes {{
          number createdAt closedAt mergedAt author {{ __typename login }} {_RESPONSES}
          reviews(first: {REVIEWS}) {{
            nodes {{ submittedAt state authorAssociation author {{ __typename login }} }}
          }}
        }}
      }}""",
    "vulnerabilityAlerts": "vulnerabilityAlerts(states: OPEN) { totalCount }",
    "attributes": 'attributes: object(expression: "HEAD:.gitattributes") { ... on Blob { text } }',
    **{
        f"attributes{number}": f'attributes{number}: object(expression: "HEAD:{folder}/.gitattributes")'
        " { ... on Blob { text } }"
        for number, folder in enumerate(ATTRIBUTE_FOLDERS)
    },
}

OF_COMMIT: Mapping[str, str] = {
    "statusCheckRollup": "statusCheckRollup { state }",
    "history": f"""history(first: {COMMITS}) {{
              pageInfo {{ hasNextPage }}
              nodes {{ oid committedDate messageHeadline author {{ name email user {{ login }} }} }}
            }}""",
}
OF_BRANCH: Mapping[str, str] = {
    "refUpdateRule": """refUpdateRule {
          allowsDeletions allowsForcePushes requiredApprovingReviewCount
          requiredStatusCheckContexts requiresCodeOwnerReviews
        }""",
    "rules": f"""rules(first: {RULES}) {{
          nodes {{
            type
            parameters {{ ... on PullRequestParameters {{ requiredApprovingReviewCount requireCodeOwnerReview }} }}
          }}
        }}""",
}
DROPPABLE = frozenset({*OF_REPOSITORY, *OF_COMMIT, *OF_BRANCH})
"""The parts of the facts query by the name they have in the answer. Most are non-null in GitHub's schema, so that a
missing permission for one takes the whole repository away; an older Enterprise Server may not know one, and then
refuses the query. Such a part is left out."""


def facts_query(without: frozenset[str] = frozenset()) -> str:
    """The facts of `$ids`, without the parts named."""

    def kept(parts: Mapping[str, str]) -> list[str]:
        return [part for name, part in parts.items() if name not in without]

    commit = " ".join(kept(OF_COMMIT))
    target = f"oid ... on Commit {{ {commit} }}" if commit else "oid"
    branch = "\n        ".join(["name", f"target {{ {target} }}", *kept(OF_BRANCH)])
    parts = [ALWAYS.strip(), *kept(OF_REPOSITORY), f"defaultBranchRef {{\n        {branch}\n      }}"]
    if "owner" in without:
        parts.append("owner { login }")
    body = "\n      ".join(parts)
    return (
        f"query Facts($ids: [ID!]!) {{\n  nodes(ids: $ids) {{\n    ... on Repository {{\n      {body}\n    }} }} }}\n"
    )


TREE_DEPTH = 6
"""Levels of folders that one listing query reads; hidden folders deeper than that are read by a further one."""


def trees_query(wanted: Sequence[tuple[str, Sequence[str]]]) -> tuple[str, dict[str, str]]:
    """Query and variables that list folders of several repositories: (node id, expressions such as `SHA:docs`).

    The answer holds `r0`, `r1`, ... in the order given, each with `t0`, `t1`, ... one for each expression.
    """
    entries = "entries { name mode size type }"
    for _ in range(TREE_DEPTH - 1):
        entries = f"entries {{ name mode size type object {{ ... on Tree {{ {entries} }} }} }}"
    return _objects_query("Trees", wanted, f"... on Tree {{ {entries} }}", prefix="t")


def blobs_query(wanted: Sequence[tuple[str, Sequence[str]]]) -> tuple[str, dict[str, str]]:
    """Query and variables that read files of several repositories: (node id, expressions such as `SHA:a/b.md`).

    The answer holds `r0`, `r1`, ... in the order given, each with `b0`, `b1`, ... one for each expression.
    """
    return _objects_query("Blobs", wanted, "... on Blob { text isBinary isTruncated byteSize }", prefix="b")


def _objects_query(
    name: str, wanted: Sequence[tuple[str, Sequence[str]]], selection: str, *, prefix: str
) -> tuple[str, dict[str, str]]:
    variables: dict[str, str] = {}
    lines: list[str] = []
    for number, (node_id, expressions) in enumerate(wanted):
        variables[f"n{number}"] = node_id
        lines.append(f"  r{number}: node(id: $n{number}) {{ ... on Repository {{")
        for index, expression in enumerate(expressions):
            variable = f"e{number}_{index}"
            variables[variable] = expression
            lines.append(f"    {prefix}{index}: object(expression: ${variable}) {{ {selection} }}")
        lines.append("  } }")
    return "\n".join([f"query {name}({_declarations(variables)}) {{", *lines, "}"]), variables


def _declarations(variables: Mapping[str, str]) -> str:
    return ", ".join(f"${name}: {'ID!' if name.startswith('n') else 'String!'}" for name in variables)

"""Samples in JavaScript and TypeScript: an npm application and a monorepo."""

from __future__ import annotations

import json
from datetime import datetime

from tests.fakehub.gitstore import GitStore
from tests.samples.history import ADA, DEPENDABOT, GRACE, LINUS, RENOVATE, History, mit_licence

SHOP_PACKAGE = {
    "name": "teashop",
    "version": "2.3.1",
    "private": True,
    "description": "The web shop of a small tea importer",
    "license": "MIT",
    "engines": {"node": ">=20"},
    "scripts": {"dev": "next dev", "build": "next build", "test": "vitest run", "lint": "eslint ."},
    "dependencies": {
        "next": "15.1.0",
        "react": "19.0.0",
        "react-dom": "19.0.0",
        "@prisma/client": "6.1.0",
        "stripe": "^17.4.0",
        "zod": "^3.24.1",
    },
    "devDependencies": {
        "typescript": "5.7.2",
        "vitest": "^2.1.8",
        "eslint": "^9.17.0",
        "prettier": "^3.4.2",
        "prisma": "6.1.0",
        "tailwindcss": "^3.4.17",
    },
}
SHOP_README = """# Teashop

[![ci](https://example.test/badge.svg)](https://example.test)

The web shop of a small tea importer: catalogue, basket, payment, and a back office for orders.

## Install

```sh
npm ci
npx prisma migrate dev
```

## Usage

```sh
npm run dev
```

Open http://localhost:3000. Orders arrive at `/office`.

## Licence

MIT, see [LICENSE](LICENSE).
"""
SHOP_CI = """name: ci
on:
  push:
    branches: [main]
  pull_request:
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        with:
          persist-credentials: false
      - uses: actions/setup-node@v4
        with:
          node-version: 20
      - run: npm ci
      - run: npm run lint
      - run: npm test
"""
BASKET = """export interface Line {
  sku: string;
  grams: number;
  centsPer100g: number;
}

/** The price of a basket in cents, rounded up for each line. */
export function total(lines: Line[]): number {
  return lines.reduce((sum, line) => sum + Math.ceil((line.grams * line.centsPer100g) / 100), 0);
}

// A basket without lines ships for nothing, since nothing ships.
export function shipping(lines: Line[]): number {
  if (lines.length === 0) return 0;
  return total(lines) > 5000 ? 0 : 490;
}
"""
BASKET_TEST = """import { describe, expect, it } from "vitest";
import { shipping, total } from "./basket";

describe("basket", () => {
  it("rounds up each line", () => {
    expect(total([{ sku: "assam", grams: 55, centsPer100g: 799 }])).toBe(440);
  });

  it("ships nothing for nothing", () => {
    expect(shipping([])).toBe(0);
  });
});
"""
PAGE = """import { total } from "../lib/basket";

export default function Page() {
  const lines = [{ sku: "assam", grams: 100, centsPer100g: 799 }];
  return (
    <main className="p-8">
      <h1>Tea</h1>
      <p>{total(lines)} cents</p>
    </main>
  );
}
"""


def npm_app(store: GitStore, now: datetime) -> None:
    """A living application: Next.js, tests, CI, Dependabot, two people and a bot."""
    history = History(now)
    lock = {"name": "teashop", "lockfileVersion": 3, "packages": {"node_modules/next": {"version": "15.1.0"}}}
    files = {
        "package.json": json.dumps(SHOP_PACKAGE, indent=2) + "\n",
        "package-lock.json": json.dumps(lock, indent=2) + "\n",
        "README.md": SHOP_README,
        "LICENSE": mit_licence("Tea & Co"),
        "lib/basket.ts": BASKET,
        "app/page.tsx": PAGE,
        ".gitignore": "node_modules/\n.next/\n",
        "tsconfig.json": '{\n  "compilerOptions": {"strict": true}\n}\n',
    }
    history.commit(400, ADA, "Begin the shop", files)
    history.commit(380, GRACE, "Test the basket", {"lib/basket.test.ts": BASKET_TEST})
    history.commit(200, ADA, "Run the tests on every pull request", {".github/workflows/ci.yml": SHOP_CI})
    updates = 'version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: "/"\n    schedule: {interval: weekly}\n'
    history.commit(150, GRACE, "Let Dependabot look after us", {".github/dependabot.yml": updates})
    owners = "* @ada\n/app/ @grace\n/office/ @nobody\n"
    history.commit(100, ADA, "Name the owners", {".github/CODEOWNERS": owners})
    for week in range(12, 0, -1):
        message = f"Bump eslint from 9.{week}.0 to 9.{week + 1}.0"
        history.commit(week * 7, DEPENDABOT, message, {"docs/updates.md": f"{message}\n"})
    history.commit(9, GRACE, "Ship nothing for nothing", {"CHANGELOG.md": "# Changelog\n\n## 2.3.1\n\n- Shipping\n"})
    history.tag("v2.3.1", 9)
    dockerfile = 'FROM node:20-alpine\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nCMD ["npm", "start"]\n'
    history.commit(3, ADA, "Build an image", {"Dockerfile": dockerfile})
    history.write(store)


def monorepo(store: GitStore, now: datetime) -> None:
    """pnpm workspaces with a web client, a shared package and a service in Go."""
    history = History(now)
    shared = {"name": "@herbs/shared", "version": "1.0.0", "type": "module", "dependencies": {"zod": "^3.24.1"}}
    web = {
        "name": "@herbs/web",
        "private": True,
        "dependencies": {"vue": "^3.5.13", "pinia": "^2.3.0", "@herbs/shared": "workspace:*"},
        "devDependencies": {"vite": "^6.0.5", "vitest": "^2.1.8"},
    }
    root = {"name": "herbs", "private": True, "packageManager": "pnpm@9.15.1", "devDependencies": {"turbo": "^2.3.3"}}
    go_mod = "module example.test/herbs/api\n\ngo 1.23\n\nrequire github.com/gin-gonic/gin v1.10.0\n"
    service = 'package main\n\nimport "github.com/gin-gonic/gin"\n\nfunc main() {\n\tgin.Default().Run()\n}\n'
    files = {
        "package.json": json.dumps(root, indent=2) + "\n",
        "pnpm-workspace.yaml": "packages:\n  - packages/*\n  - apps/*\n",
        "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
        "packages/shared/package.json": json.dumps(shared, indent=2) + "\n",
        "packages/shared/src/index.ts": "export const seasons = ['spring', 'summer'] as const;\n",
        "apps/web/package.json": json.dumps(web, indent=2) + "\n",
        "apps/web/src/App.vue": "<template>\n  <h1>Herbs</h1>\n</template>\n",
        "apps/web/src/main.ts": "import { createApp } from 'vue';\nimport App from './App.vue';\n\n"
        "createApp(App).mount('#app');\n",
        "services/api/go.mod": go_mod,
        "services/api/main.go": service,
        "README.md": "# Herbs\n\nA herb garden planner: one web client, one service, one package of shared types.\n",
        "LICENSE": mit_licence("The Herbs"),
    }
    history.commit(300, LINUS, "Plant", files)
    history.commit(120, ADA, "Water", {"docs/architecture.md": "# Architecture\n\nTwo halves.\n"})
    history.commit(40, RENOVATE, "Update dependency vite to v6", {"docs/renovate.md": "vite 6\n"})
    history.commit(20, LINUS, "Prune", {"renovate.json": '{"extends": ["config:recommended"]}\n'})
    history.write(store)

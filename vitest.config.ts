import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import type { TestProjectInlineConfiguration } from 'vitest/config';
import { defineConfig } from 'vitest/config';
import { PROJECT_ROOT, readWorkerSettings } from './src/cli/server/project.ts';

const settings = readWorkerSettings();

const DOCUMENTS = join(PROJECT_ROOT, 'dist/openapi');

/** SQL files are text, as wrangler's rules and the bundler have it. */
const sqlText = {
  name: 'sql-text',
  enforce: 'pre' as const,
  load(id: string) {
    return id.endsWith('.sql') ? `export default ${JSON.stringify(readFileSync(id, 'utf8'))};` : undefined;
  },
};

/** Suites that drive a server of their own from outside: one file at a time, since they share two cores with it. */
function outside(name: string, testTimeout: number): TestProjectInlineConfiguration {
  return {
    plugins: [sqlText],
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      testTimeout,
      hookTimeout: 60_000,
      fileParallelism: false,
      sequence: { groupOrder: 1 },
      // CommonJS packages are imported as Node does it.
      deps: { interopDefault: false },
    },
  };
}

export default defineConfig({
  test: {
    reporters: ['default', './test/support/summary-reporter.ts'],
    passWithNoTests: true,
    projects: [
      {
        plugins: [sqlText],
        // Laws and hostile bodies take seconds where other work uses the machine too.
        test: { name: 'unit', include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'], testTimeout: 30_000 },
      },
      {
        plugins: [
          sqlText,
          cloudflareTest({
            main: './test/workerd/worker.ts',
            miniflare: {
              compatibilityDate: settings.compatibilityDate,
              durableObjects: Object.fromEntries(
                [...settings.durableObjects, { binding: 'BARE', className: 'Bare' }].map(({ binding, className }) => [
                  binding,
                  { className, useSQLite: true },
                ]),
              ),
              serviceBindings: { DOCUMENTS: { disk: { path: DOCUMENTS, writable: false } } },
              bindings: { OPERATOR_TOKEN: 'operator-token', LOG_LEVEL: 'error' },
            },
          }),
        ],
        test: {
          name: 'workerd',
          include: ['test/workerd/**/*.test.ts'],
          globalSetup: ['./test/support/build-documents.ts'],
        },
      },
      outside('kubectl', 60_000),
      outside('clients', 60_000),
      outside('conformance', 60_000),
      outside('simulation', 120_000),
    ],
  },
});

// Recorded answers of a real Kubernetes, for tests. They lie beside the repository, not in it.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(import.meta.resolve('../../../../shared/'));

/** Records of a JSON-lines file under shared/; undefined, with a printed reason, where it is absent (never under CI). */
export function oracleRecords<T>(path: string): T[] | undefined {
  const text = sharedText(path);
  return text
    ?.trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

/** Text of a file under shared/, on the same terms. */
export function sharedText(path: string): string | undefined {
  const file = ROOT + path;
  if (existsSync(file)) return readFileSync(file, 'utf8');
  if (process.env['CI'] === 'true') throw new Error(`../shared/${path} must be there under CI`);
  console.warn(`skipped: ../shared/${path} is not there`);
  return undefined;
}

/** The OpenAPI definitions that the tables were made from, those of the aggregation layer too. */
export function sourceDefinitions(): Record<string, Record<string, unknown>> | undefined {
  const text = sharedText('reference/definitions-1.36.json');
  if (text === undefined) return undefined;
  const aggregation = fileURLToPath(import.meta.resolve('../../../scripts/aggregation-definitions.json'));
  return { ...JSON.parse(text), ...JSON.parse(readFileSync(aggregation, 'utf8')) } as ReturnType<
    typeof sourceDefinitions
  >;
}

/** One request of a recorded scenario with its answer. */
export interface OracleStep {
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string | string[]>>;
    readonly body?: unknown;
  };
  readonly response: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string | string[]>>;
    readonly body?: unknown;
  };
}

export interface OracleScenario {
  readonly id: string;
  readonly title: string;
  readonly steps: readonly OracleStep[];
}

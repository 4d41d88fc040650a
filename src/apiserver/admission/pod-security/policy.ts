// Which security standards a namespace wants of its pods, as its labels say.
// Models kubernetes staging/src/k8s.io/pod-security-admission/api/helpers.go.

import type { FieldError } from '../../../schema/field-error.ts';
import { invalid } from '../../../schema/field-error.ts';

const LEVELS = ['privileged', 'baseline', 'restricted'] as const;
export type Level = (typeof LEVELS)[number];

export interface Standard {
  readonly level: Level;
  /** N of v1.N; Infinity: the latest. */
  readonly minor: number;
}

export interface Policy {
  readonly enforce: Standard;
  readonly warn: Standard;
}

/** What all labels of policies begin with. */
export const PREFIX = 'pod-security.kubernetes.io/';

const VERSION = /^v1\.(0|[1-9][0-9]*)$/;
const PRIVILEGED: Standard = { level: 'privileged', minor: Infinity };

/** `restricted:v1.25`, `baseline:latest` */
export function standardText({ level, minor }: Standard): string {
  return `${level}:${minor === Infinity ? 'latest' : `v1.${minor}`}`;
}

/** Above zero where `a` is the stricter level. */
export function compareLevels(a: Level, b: Level): number {
  return LEVELS.indexOf(a) - LEVELS.indexOf(b);
}

/** What cannot be read enforces the strictest standard, and warns of nothing. `audit` is read for its errors alone. */
export function policyOf(labels: Readonly<Record<string, string>> | undefined): {
  readonly policy: Policy;
  readonly errors: readonly FieldError[];
} {
  const errors: FieldError[] = [];
  const [enforce, , warn] = (['enforce', 'audit', 'warn'] as const).map((mode) => {
    const level = labels?.[PREFIX + mode];
    const version = labels?.[`${PREFIX}${mode}-version`];
    const known = LEVELS.find((item) => item === level);
    const add = (label: string, value: string, why: string): void => {
      errors.push(invalid(`metadata.labels[${PREFIX}${label}]`, value, why));
    };
    if (level !== undefined && known === undefined) add(mode, level, `must be one of ${LEVELS.join(', ')}`);
    const minor = version === undefined ? undefined : VERSION.exec(version)?.[1];
    if (version !== undefined && version !== 'latest' && minor === undefined) {
      add(`${mode}-version`, version, 'must be "latest" or "v1.x"');
    }
    return {
      level: known ?? (level === undefined || mode !== 'enforce' ? 'privileged' : 'restricted'),
      minor: minor === undefined ? Infinity : Number(minor),
    } satisfies Standard;
  });
  return { policy: { enforce: enforce ?? PRIVILEGED, warn: warn ?? PRIVILEGED }, errors };
}

// Where the project's files are, and what wrangler.toml says: the one place that names the entry file, the
// compatibility date and the Durable Object classes.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';

export const PROJECT_ROOT = join(import.meta.dirname, '../../..');

export interface WorkerSettings {
  readonly main: string;
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly durableObjects: readonly { readonly binding: string; readonly className: string }[];
}

interface WranglerToml {
  readonly main: string;
  readonly compatibility_date: string;
  readonly compatibility_flags?: readonly string[];
  readonly durable_objects: { readonly bindings: readonly { readonly name: string; readonly class_name: string }[] };
}

export function readWorkerSettings(): WorkerSettings {
  const toml = parse(readFileSync(join(PROJECT_ROOT, 'wrangler.toml'), 'utf8')) as unknown as WranglerToml;
  return {
    main: join(PROJECT_ROOT, toml.main),
    compatibilityDate: toml.compatibility_date,
    compatibilityFlags: toml.compatibility_flags ?? [],
    durableObjects: toml.durable_objects.bindings.map(({ name, class_name }) => ({
      binding: name,
      className: class_name,
    })),
  };
}

export function projectVersion(): string {
  const { version } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')) as { version: string };
  return version;
}

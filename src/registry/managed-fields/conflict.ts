// The refusal of an apply that would change what others own.
// Models kubernetes staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/conflict.go.

import type { Status } from '../../api/status.ts';
import { failure } from '../../api/status.ts';
import { pathText } from '../../schema/apply/field-set.ts';
import type { Conflict } from '../../schema/apply/updater.ts';
import { managerText } from './manager.ts';

/** Managers come in the order of their ids, which upstream leaves to chance in the causes. */
export function conflictStatus(conflicts: readonly Conflict[]): Status {
  const managers = [...Map.groupBy(conflicts, ({ manager }) => manager)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const causes = managers.flatMap(([manager, fields]) =>
    fields.map(({ path }) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${managerText(manager)}`,
      field: pathText(path),
    })),
  );
  return failure(409, 'Conflict', `Apply failed with ${summary(managers)}`, { causes });
}

function summary(managers: ReadonlyArray<readonly [string, readonly Conflict[]]>): string {
  const count = managers.reduce((sum, [, fields]) => sum + fields.length, 0);
  const [manager, fields] = managers[0] ?? ['', []];
  const [only] = fields;
  if (count === 1 && only !== undefined) {
    return `1 conflict: conflict with ${managerText(manager)}: ${pathText(only.path)}`;
  }
  const lines = managers.flatMap(([id, conflicts]) => [
    `conflicts with ${managerText(id)}:`,
    ...conflicts.map(({ path }) => `- ${pathText(path)}`),
  ]);
  return `${count} conflicts: ${lines.join('\n')}`;
}

// Scale: not a resource of its own but the `scale` subresource of others, so it has a printer and no kind of its own.
// Models kubernetes pkg/printers/internalversion/printers.go (printScale).

import type { PrintedKind, Printer } from '../../kind.ts';
import { AGE_COLUMN, NAME_COLUMN, age, column } from '../../printing.ts';
import type { Scale } from '../../types/autoscaling-v1.ts';

const printer: Printer<Scale> = {
  columns: [NAME_COLUMN, column('Desired', 'integer'), column('Available', 'integer'), AGE_COLUMN],
  cells: (scale, now) => [
    scale.metadata.name ?? '',
    scale.spec?.replicas ?? 0,
    scale.status?.replicas ?? 0,
    age(scale, now),
  ],
};

export const scale: PrintedKind = { group: 'autoscaling', version: 'v1', kind: 'Scale', printer };

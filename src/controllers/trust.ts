// What controllers need of the cluster besides a client: its signatures, and who may do what.

import type { LegacyTokenIssuer } from '../api/action.ts';

export interface Trust {
  readonly tokens: LegacyTokenIssuer;
}

// A name in a path that no object can have. Models ValidatePathSegmentName in apimachinery's pkg/api/validation/path.

import type { Status } from '../api/status.ts';
import { badRequest } from '../api/status.ts';

export function validatePathName(name: string): Status | undefined {
  const wrong = (why: string) => badRequest(`Name parameter invalid: ${JSON.stringify(name)}: ${why}`);
  if (name === '.' || name === '..') return wrong(`may not be '${name}'`);
  if (name.includes('%')) return wrong("may not contain '%'");
  return undefined;
}

// GET /version.

import { GIT_VERSION } from '../lib/version.ts';

export const VERSION_TEXT = `${JSON.stringify(
  {
    major: '1',
    minor: '36',
    emulationMajor: '1',
    emulationMinor: '36',
    minCompatibilityMajor: '1',
    minCompatibilityMinor: '35',
    gitVersion: GIT_VERSION,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: 'none',
    compiler: 'workerd',
    platform: 'workerd',
  },
  undefined,
  2,
)}\n`;

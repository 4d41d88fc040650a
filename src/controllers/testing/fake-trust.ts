// Signatures for tests: what was signed can be read.

import type { Trust } from '../trust.ts';

export const fakeTrust: Trust = {
  tokens: {
    issue: ({ namespace, secret, account }) =>
      `token-of-${namespace}/${secret}-for-${account.name}-${account.uid ?? ''}`,
  },
};

// Signatures for tests: what was signed can be read. Nobody may do anything.

import type { Trust } from '../trust.ts';

export const fakeTrust: Trust = {
  tokens: {
    issue: ({ namespace, secret, account }) =>
      `token-of-${namespace}/${secret}-for-${account.name}-${account.uid ?? ''}`,
  },
  authority: {
    certificate: () => 'CA',
    sign: ({ request, usages, notBefore, notAfter }) =>
      JSON.stringify([request.commonName, usages.join(), new Date(notBefore), new Date(notAfter)]),
  },
  authorizer: { authorize: () => ({ allowed: false }) },
};

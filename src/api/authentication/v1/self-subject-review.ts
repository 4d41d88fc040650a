// SelfSubjectReview: who am I? Models kubernetes pkg/registry/authentication/selfsubjectreview.

import { formatTime } from '../../../lib/clock.ts';
import { defineKind } from '../../kind.ts';
import { defaultPrinter } from '../../printing.ts';
import { ok } from '../../status.ts';
import type { SelfSubjectReview } from '../../types/authentication-v1.ts';

export const selfSubjectReview = defineKind<SelfSubjectReview>({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectReview',
  resource: 'selfsubjectreviews',
  singular: 'selfsubjectreview',
  namespaced: false,
  verbs: ['create'],
  definition: 'io.k8s.api.authentication.v1.SelfSubjectReview',

  review: {
    // Nothing of what was sent is in the answer.
    answer: ({ kind, apiVersion }, { now, user }) =>
      ok({
        kind,
        apiVersion,
        metadata: { creationTimestamp: formatTime(now) } as SelfSubjectReview['metadata'],
        status: { userInfo: user },
      }),
  },

  printer: defaultPrinter,
});

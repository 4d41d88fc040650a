// SelfSubjectRulesReview: what may I do in this namespace? Models kubernetes pkg/registry/authorization/selfsubjectrulesreview.

import { defineKind } from '../../kind.ts';
import { defaultPrinter } from '../../printing.ts';
import { badRequest, fail, ok } from '../../status.ts';
import type { SelfSubjectRulesReview } from '../../types/authorization-v1.ts';

export const selfSubjectRulesReview = defineKind<SelfSubjectRulesReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectRulesReview',
  resource: 'selfsubjectrulesreviews',
  singular: 'selfsubjectrulesreview',
  namespaced: false,
  verbs: ['create'],
  definition: 'io.k8s.api.authorization.v1.SelfSubjectRulesReview',

  review: {
    answer({ kind, apiVersion, spec }, { authorizer, user }) {
      const { namespace = '' } = (spec as SelfSubjectRulesReview['spec'] | undefined) ?? {};
      if (namespace === '') return fail(badRequest('no namespace on request'));
      // Nothing of what was sent is in the answer.
      const metadata = {} as SelfSubjectRulesReview['metadata'];
      return ok({ kind, apiVersion, metadata, spec: {}, status: authorizer.rules(user, namespace) });
    },
  },

  printer: defaultPrinter,
});

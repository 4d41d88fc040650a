// TokenReview: whose is this token? Models kubernetes pkg/registry/authentication/tokenreview.

import { defineKind } from '../../kind.ts';
import { defaultPrinter } from '../../printing.ts';
import { badRequest, fail, ok } from '../../status.ts';
import type { TokenReview } from '../../types/authentication-v1.ts';

export const tokenReview = defineKind<TokenReview>({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  resource: 'tokenreviews',
  singular: 'tokenreview',
  namespaced: false,
  verbs: ['create'],
  definition: 'io.k8s.api.authentication.v1.TokenReview',

  review: {
    answer(object, { reviewToken }) {
      const { token = '', audiences = [] } = (object.spec as TokenReview['spec'] | undefined) ?? {};
      if (token === '') return fail(badRequest('token is required for TokenReview in authentication'));
      return ok({ ...object, status: reviewToken(token, audiences) });
    },
  },

  printer: defaultPrinter,
});

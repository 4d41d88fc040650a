// The authorizer of a cluster without access control: whoever is known may do everything, as members of system:masters
// may elsewhere. It is the one place that says so; another authorizer takes its place in server.ts.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/authorization/authorizerfactory, with the rules that an
// administrator is told of with upstream's default roles.

import type { Authorizer } from '../../api/review.ts';

export const allowAll: Authorizer = {
  authorize: () => ({ allowed: true }),

  rules: () => ({
    resourceRules: [
      { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
      { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
      {
        verbs: ['create'],
        apiGroups: ['authorization.k8s.io'],
        resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
      },
    ],
    nonResourceRules: [
      { verbs: ['*'], nonResourceURLs: ['*'] },
      {
        verbs: ['get'],
        nonResourceURLs: [
          '/api',
          '/api/*',
          '/apis',
          '/apis/*',
          '/healthz',
          '/livez',
          '/openapi',
          '/openapi/*',
          '/readyz',
          '/version',
          '/version/',
        ],
      },
      { verbs: ['get'], nonResourceURLs: ['/healthz', '/livez', '/readyz', '/version', '/version/'] },
    ],
    incomplete: false,
  }),
};

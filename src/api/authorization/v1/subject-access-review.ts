// The three reviews of access: may they (anywhere), may they (in this namespace), may I?
// Models kubernetes pkg/registry/authorization/{subjectaccessreview,localsubjectaccessreview,selfsubjectaccessreview}.

import type { FieldError } from '../../../schema/field-error.ts';
import { invalid } from '../../../schema/field-error.ts';
import { defineKind } from '../../kind.ts';
import { defaultPrinter } from '../../printing.ts';
import { fail, ok } from '../../status.ts';
import type { UserInfo } from '../../types/authentication-v1.ts';
import type {
  LocalSubjectAccessReview,
  SelfSubjectAccessReview,
  SubjectAccessReview,
  SubjectAccessReviewSpec,
} from '../../types/authorization-v1.ts';
import {
  invalidReview,
  validateEmptyMeta,
  validateQuestion,
  validateSelectors,
  withSelectorNotes,
} from './access-question.ts';

function validateSubject({ user = '', groups = [] }: SubjectAccessReviewSpec): FieldError[] {
  if (user !== '' || groups.length > 0) return [];
  return [invalid('spec.user', '', 'at least one of user or group must be specified')];
}

function validateSpec(spec: SubjectAccessReviewSpec): FieldError[] {
  return [...validateQuestion(spec), ...validateSubject(spec), ...validateSelectors(spec)];
}

function subjectOf({ user, uid, groups, extra }: SubjectAccessReviewSpec): UserInfo {
  return {
    ...(user === undefined ? {} : { username: user }),
    ...(uid === undefined ? {} : { uid }),
    ...(groups === undefined ? {} : { groups }),
    ...(extra === undefined ? {} : { extra }),
  };
}

export const subjectAccessReview = defineKind<SubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  resource: 'subjectaccessreviews',
  singular: 'subjectaccessreview',
  namespaced: false,
  verbs: ['create'],
  definition: 'io.k8s.api.authorization.v1.SubjectAccessReview',

  review: {
    answer(object, { authorizer }) {
      const spec = (object.spec ??= {});
      const errors = [...validateSpec(spec), ...validateEmptyMeta(object, false)];
      if (errors.length > 0) return fail(invalidReview(errors));
      return ok({ ...object, status: withSelectorNotes(authorizer.authorize(subjectOf(spec), spec), spec) });
    },
  },

  printer: defaultPrinter,
});

export const localSubjectAccessReview = defineKind<LocalSubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'LocalSubjectAccessReview',
  resource: 'localsubjectaccessreviews',
  singular: 'localsubjectaccessreview',
  namespaced: true,
  verbs: ['create'],
  definition: 'io.k8s.api.authorization.v1.LocalSubjectAccessReview',

  review: {
    answer(object, { authorizer }) {
      const spec = (object.spec ??= {});
      const errors = [...validateSpec(spec), ...validateEmptyMeta(object, true)];
      const { resourceAttributes, nonResourceAttributes } = spec;
      const asked = resourceAttributes?.namespace ?? '';
      if (resourceAttributes !== undefined && asked !== object.metadata.namespace) {
        errors.push(invalid('spec.resourceAttributes.namespace', asked, 'must match metadata.namespace'));
      }
      if (nonResourceAttributes !== undefined) {
        const { path = '', verb = '' } = nonResourceAttributes;
        const why = 'disallowed on this kind of request';
        errors.push(invalid('spec.nonResourceAttributes', { Path: path, Verb: verb }, why));
      }
      if (errors.length > 0) return fail(invalidReview(errors));
      return ok({ ...object, status: withSelectorNotes(authorizer.authorize(subjectOf(spec), spec), spec) });
    },
  },

  printer: defaultPrinter,
});

export const selfSubjectAccessReview = defineKind<SelfSubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectAccessReview',
  resource: 'selfsubjectaccessreviews',
  singular: 'selfsubjectaccessreview',
  namespaced: false,
  verbs: ['create'],
  definition: 'io.k8s.api.authorization.v1.SelfSubjectAccessReview',

  review: {
    answer(object, { authorizer, user }) {
      const spec = (object.spec ??= {});
      const errors = [...validateQuestion(spec), ...validateSelectors(spec), ...validateEmptyMeta(object, false)];
      if (errors.length > 0) return fail(invalidReview(errors));
      return ok({ ...object, status: withSelectorNotes(authorizer.authorize(user, spec), spec) });
    },
  },

  printer: defaultPrinter,
});

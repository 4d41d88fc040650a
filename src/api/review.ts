// The kinds that are questions: a POST is answered with the same object, its status filled in. Nothing is stored.
// Models kubernetes pkg/registry/authentication and pkg/registry/authorization.

import type { KubeObject } from './object.ts';
import type { Result } from './status.ts';
import type { TokenReviewStatus, UserInfo } from './types/authentication-v1.ts';
import type {
  NonResourceAttributes,
  ResourceAttributes,
  SubjectAccessReviewStatus,
  SubjectRulesReviewStatus,
} from './types/authorization-v1.ts';

/** What somebody wants to do: of a resource or of another path, one of the two. */
export interface AccessQuestion {
  readonly resourceAttributes?: ResourceAttributes;
  readonly nonResourceAttributes?: NonResourceAttributes;
}

/** Who may do what. Models kubernetes staging/src/k8s.io/apiserver/pkg/authorization/authorizer. */
export interface Authorizer {
  authorize(user: UserInfo, question: AccessQuestion): SubjectAccessReviewStatus;
  /** All that somebody may do in a namespace. */
  rules(user: UserInfo, namespace: string): SubjectRulesReviewStatus;
}

export interface ReviewContext {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Who asks. */
  readonly user: UserInfo;
  readonly authorizer: Authorizer;
  /** Whom a bearer token stands for. No audiences: those of this server. */
  reviewToken(token: string, audiences: readonly string[]): TokenReviewStatus;
}

export interface ReviewStrategy<T extends KubeObject> {
  /** The answer: the object (a private copy) with its status, or another of its kind. */
  answer(object: T, context: ReviewContext): Result<T>;
}

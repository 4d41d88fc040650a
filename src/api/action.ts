// Subresources that take a POST with a body of another kind: pods/binding, pods/eviction, serviceaccounts/token.

import type { DeleteOptions } from './types/meta-v1.ts';
import type { StrategyContext } from './kind.ts';
import type { KubeObject } from './object.ts';
import type { ResourceMap, ResourceName } from './resources.ts';
import type { Result, Status } from './status.ts';

interface ActionBody {
  /** Definition of the body in the schema table. */
  readonly bodyDefinition: string;
  readonly bodyKind: string;
  readonly bodyApiVersion: string;
  /** Older versions of the body's group that are taken as well; the form is the same. */
  readonly bodyVersions?: readonly string[];
  setDefaults?(body: KubeObject): void;
}

/** It changes its object and nothing else. The answer to the client is Status Success, code 201. */
export interface ChangingAction<T extends KubeObject> extends ActionBody {
  /** Changes `object` in place (a private copy), or refuses. */
  apply(object: T, body: KubeObject, context: StrategyContext): Result<T>;
}

/** It does what it does through a port. */
export interface RunningAction extends ActionBody {
  /** The object to answer with; undefined for Status Success. */
  run(body: KubeObject, target: ActionTarget, port: ActionPort): Result<KubeObject | undefined>;
}

export type Action<T extends KubeObject> = ChangingAction<T> | RunningAction;

export interface ActionTarget {
  readonly namespace: string;
  /** Of the object in the path. */
  readonly name: string;
}

/** What an action may do. All of it is one transaction: a refusal after a write must not come. */
export interface ActionPort {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The `dryRun` of the query, unchecked values included. */
  readonly dryRun: readonly string[];
  get<R extends ResourceName>(resource: R, namespace: string, name: string): ResourceMap[R] | undefined;
  /** Objects that this server may not serve, by the resource's name in the log: none then. */
  list(resource: string, namespace: string): readonly KubeObject[];
  /** Writes a status as the server's own doing: no field changes its owner. */
  writeStatus(resource: string, object: KubeObject): Result<KubeObject>;
  /** Why a DELETE with these options would be refused whatever it deletes. */
  refuseDelete(options: DeleteOptions): Status | undefined;
  /** Deletes as a DELETE with these options does. */
  delete(resource: ResourceName, target: ActionTarget, options: DeleteOptions): Result<undefined>;
  readonly tokens: TokenIssuer;
}

export interface TokenIssuer {
  /** The audience that means this server, and the issuer's name. */
  readonly audience: string;
  issue(claims: TokenClaims): string;
}

export interface BoundRef {
  readonly name: string;
  readonly uid?: string;
}

export interface BoundRefs {
  readonly pod?: BoundRef;
  readonly secret?: BoundRef;
  readonly node?: BoundRef;
}

export interface TokenClaims {
  readonly namespace: string;
  readonly account: BoundRef;
  readonly bound: BoundRefs;
  readonly audiences: readonly string[];
  /** How long it is good. */
  readonly seconds: number;
  /** After how long its use is noted as out of date. */
  readonly warnAfterSeconds?: number;
}

/** Issues the tokens that stand in Secrets, which have no end. */
export interface LegacyTokenIssuer {
  issue(claims: LegacyTokenClaims): string;
}

export interface LegacyTokenClaims {
  readonly namespace: string;
  /** Name of the Secret. */
  readonly secret: string;
  readonly account: BoundRef;
}

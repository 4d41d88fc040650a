// What `GET {cluster}/kubewisp/v1/why?object=pod/web&namespace=default` answers: the events of one object, and for each the
// chain of causes behind it. Every event of the log names the revision that led to it, so the chain is read, not guessed.

/** Path within the cluster. */
export const WHY_PATH = '/kubewisp/v1/why';

/** How many of an object's events are told, the newest ones, besides the one that made it. */
export const MAX_WHY_EVENTS = 20;

/** One event of the log. */
export interface WhyStep {
  readonly rev: number;
  /** RFC 3339, whole seconds. */
  readonly at: string;
  readonly kind: string;
  /** Singular, with its group where there is one: `pod`, `replicaset.apps`. */
  readonly resource: string;
  /** '' for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
  readonly verb: 'create' | 'update' | 'delete';
  /** `created`, `bound to node-1`, `changed spec.replicas`. */
  readonly what: string;
  /** User name. */
  readonly actor: string;
  /** User agent; of a component of the cluster its name. */
  readonly agent: string;
  /** The revision that led to it; 0: a request did. */
  readonly cause: number;
}

/** The end of a chain that cannot be told. `hidden`: an object that the asker may not get; `compacted`: the log begins later. */
export interface WhyGap {
  readonly rev: number;
  readonly gap: 'hidden' | 'compacted';
}

export type WhyLink = WhyStep | WhyGap;

export interface WhyEvent extends WhyStep {
  /** Its cause, that one's cause, and so on. Empty: a request was the cause. */
  readonly because: readonly WhyLink[];
}

export interface Why {
  readonly kind: 'Why';
  readonly apiVersion: 'kubewisp.dev/v1';
  readonly object: {
    readonly kind: string;
    readonly resource: string;
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
  };
  /** Oldest first. */
  readonly events: readonly WhyEvent[];
  /** How many events, between the first that is held and those told here, are left out. */
  readonly omitted: number;
  /** Compaction has taken what was before the first event. */
  readonly compacted: boolean;
}

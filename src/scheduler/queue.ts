// The scheduling queue: which pod is next.
//
//             put                     pop
//   (new) ───────────► active ────────────────► (being scheduled)
//                        ▲                          │ fail
//   backoff elapsed      │                          ▼
//   backoff ─────────────┘ ◄── something changed ── unschedulable
//
// 1. A pod is in at most one of the three.
// 2. `pop` gives the pod of the highest priority, of equals the one that has waited longest.
// 3. An unschedulable pod stays so until something changes that may help; as every change is seen, time alone does not help.
// 4. After its n-th failure a pod waits min(1 s · 2^(n-1), 10 s), however much changes. To wait for its volumes is none.
//
// A pod's entry is found by key in one map; the heaps may hold entries that have moved on, which are passed over.
//
// Models kubernetes pkg/scheduler/backend/queue/scheduling_queue.go.

import { Heap } from './heap.ts';
import type { PodInfo } from './pod-info.ts';

const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 10_000;

interface Entry {
  pod: PodInfo;
  state: 'active' | 'backoff' | 'unschedulable' | 'gone';
  /** Order of arrival in the active queue. */
  sequence: number;
  readonly attempts: number;
  /** Milliseconds: not before. */
  readonly notBefore: number;
}

export class SchedulingQueue {
  readonly #entries = new Map<string, Entry>();
  readonly #unschedulable = new Set<Entry>();
  readonly #active = new Heap<Entry>(comesBefore);
  readonly #backoff = new Heap<Entry>((a, b) => a.notBefore < b.notBefore);
  #sequence = 0;

  /** A pod that wants a node, new or changed. The change may help an unschedulable one. */
  put(pod: PodInfo, now: number): void {
    const known = this.#entries.get(pod.key);
    if (known === undefined) {
      this.#activate(this.#enter({ pod, state: 'active', sequence: 0, attempts: 0, notBefore: 0 }));
      return;
    }
    known.pod = pod;
    if (known.state === 'unschedulable') this.#release(known, now);
  }

  /** Gives a waiting pod's new state without moving it: nothing in it can help. */
  refresh(pod: PodInfo): void {
    const known = this.#entries.get(pod.key);
    if (known !== undefined) known.pod = pod;
  }

  get(key: string): PodInfo | undefined {
    return this.#entries.get(key)?.pod;
  }

  remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#unschedulable.delete(entry);
    entry.state = 'gone';
  }

  /** The next pod to schedule, which leaves the queue; its attempt counts. */
  pop(now: number): { readonly pod: PodInfo; readonly attempts: number } | undefined {
    for (let due = this.#firstInBackoff(); due !== undefined && due.notBefore <= now; due = this.#firstInBackoff()) {
      this.#backoff.pop();
      this.#activate(due);
    }
    for (;;) {
      const entry = this.#active.pop();
      if (entry === undefined) return undefined;
      if (entry.state !== 'active') continue;
      this.remove(entry.pod.key);
      return { pod: entry.pod, attempts: entry.attempts + 1 };
    }
  }

  /** The attempt failed for want of a node. */
  fail(pod: PodInfo, attempts: number, now: number): void {
    const notBefore = now + backoffOf(attempts);
    this.#unschedulable.add(this.#enter({ pod, state: 'unschedulable', sequence: 0, attempts, notBefore }));
  }

  /** The attempt failed for another reason: it is tried again when its backoff is over. */
  retry(pod: PodInfo, attempts: number, now: number): void {
    const notBefore = now + backoffOf(attempts);
    this.#backoff.push(this.#enter({ pod, state: 'backoff', sequence: 0, attempts, notBefore }));
  }

  /** The pod has got its node, but not yet all that is to be there before it. Its next turn comes with a change alone. */
  wait(pod: PodInfo, attempts: number): void {
    const entry: Entry = { pod, state: 'unschedulable', sequence: 0, attempts: attempts - 1, notBefore: 0 };
    this.#unschedulable.add(this.#enter(entry));
  }

  /** Something changed that may help any pod, or those that `concerns` names. */
  moveAll(now: number, concerns: (pod: PodInfo) => boolean = () => true): void {
    for (const entry of this.#unschedulable) if (concerns(entry.pod)) this.#release(entry, now);
  }

  /** When the next backoff is over; undefined: none runs. */
  nextDue(): number | undefined {
    return this.#firstInBackoff()?.notBefore;
  }

  #enter(entry: Entry): Entry {
    this.remove(entry.pod.key);
    this.#entries.set(entry.pod.key, entry);
    return entry;
  }

  #release(entry: Entry, now: number): void {
    this.#unschedulable.delete(entry);
    if (entry.notBefore <= now) {
      this.#activate(entry);
      return;
    }
    entry.state = 'backoff';
    this.#backoff.push(entry);
  }

  #activate(entry: Entry): void {
    entry.state = 'active';
    entry.sequence = ++this.#sequence;
    this.#active.push(entry);
  }

  #firstInBackoff(): Entry | undefined {
    for (;;) {
      const first = this.#backoff.peek();
      if (first === undefined || first.state === 'backoff') return first;
      this.#backoff.pop();
    }
  }
}

function comesBefore(a: Entry, b: Entry): boolean {
  const [first, second] = [a.pod.priority, b.pod.priority];
  return first === second ? a.sequence < b.sequence : first > second;
}

function backoffOf(attempts: number): number {
  return Math.min(FIRST_BACKOFF_MS * 2 ** (attempts - 1), LONGEST_BACKOFF_MS);
}

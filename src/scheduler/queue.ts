// The scheduling queue: which pod is next.
//
//             add                     pop
//   (new) ───────────► active ────────────────► (being scheduled)
//                        ▲                          │ failed
//   backoff elapsed      │                          ▼
//   backoff ─────────────┘ ◄── something changed ── unschedulable
//
// 1. A pod is in at most one of the three.
// 2. `pop` gives the pod of the highest priority, of equals the one that has waited longest.
// 3. An unschedulable pod stays so until something changes that may help; as every change is seen, time alone does not help.
// 4. After its n-th failure a pod waits min(1 s · 2^(n-1), 10 s), however much changes.
//
// Models kubernetes pkg/scheduler/backend/queue/scheduling_queue.go.

import type { PodInfo } from './pod-info.ts';

const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 10_000;

interface Entry {
  pod: PodInfo;
  /** Order of arrival in the active queue. */
  sequence: number;
  attempts: number;
  /** Milliseconds: not before. */
  notBefore: number;
}

export class SchedulingQueue {
  readonly #active = new Map<string, Entry>();
  readonly #backoff = new Map<string, Entry>();
  readonly #unschedulable = new Map<string, Entry>();
  readonly #heap: Entry[] = [];
  #sequence = 0;

  /** A pod that wants a node, new or changed. A change may help an unschedulable one. */
  put(pod: PodInfo, now: number): void {
    const known = this.#active.get(pod.key) ?? this.#backoff.get(pod.key);
    if (known !== undefined) {
      known.pod = pod;
      return;
    }
    const waiting = this.#unschedulable.get(pod.key);
    if (waiting !== undefined) {
      waiting.pod = pod;
      this.#release(waiting, now);
      return;
    }
    this.#activate({ pod, sequence: 0, attempts: 0, notBefore: 0 });
  }

  /** Gives an unschedulable pod's new state without moving it: nothing in it can help. */
  refresh(pod: PodInfo): void {
    const entry = this.#active.get(pod.key) ?? this.#backoff.get(pod.key) ?? this.#unschedulable.get(pod.key);
    if (entry !== undefined) entry.pod = pod;
  }

  has(key: string): boolean {
    return this.#active.has(key) || this.#backoff.has(key) || this.#unschedulable.has(key);
  }

  remove(key: string): void {
    this.#active.delete(key);
    this.#backoff.delete(key);
    this.#unschedulable.delete(key);
  }

  /** The next pod to schedule; its attempt counts. */
  pop(now: number): { readonly pod: PodInfo; readonly attempts: number } | undefined {
    for (const entry of this.#backoff.values()) {
      if (entry.notBefore > now) continue;
      this.#backoff.delete(entry.pod.key);
      this.#activate(entry);
    }
    for (;;) {
      const entry = this.#heapPop();
      if (entry === undefined) return undefined;
      // An entry that was removed meanwhile, or came back as another, is not in the map any more.
      if (this.#active.get(entry.pod.key) !== entry) continue;
      this.#active.delete(entry.pod.key);
      return { pod: entry.pod, attempts: entry.attempts + 1 };
    }
  }

  /** The attempt failed for want of a node. */
  fail(pod: PodInfo, attempts: number, now: number): void {
    this.#unschedulable.set(pod.key, { pod, sequence: 0, attempts, notBefore: now + backoffOf(attempts) });
  }

  /** The attempt failed for another reason: it is tried again when its backoff is over. */
  retry(pod: PodInfo, attempts: number, now: number): void {
    this.#backoff.set(pod.key, { pod, sequence: 0, attempts, notBefore: now + backoffOf(attempts) });
  }

  /** Something changed that may help any pod. */
  moveAll(now: number): void {
    for (const entry of [...this.#unschedulable.values()]) this.#release(entry, now);
  }

  nextDue(): number | undefined {
    let due: number | undefined;
    for (const { notBefore } of this.#backoff.values()) if (due === undefined || notBefore < due) due = notBefore;
    return due;
  }

  #release(entry: Entry, now: number): void {
    this.#unschedulable.delete(entry.pod.key);
    if (entry.notBefore > now) this.#backoff.set(entry.pod.key, entry);
    else this.#activate(entry);
  }

  #activate(entry: Entry): void {
    entry.sequence = ++this.#sequence;
    this.#active.set(entry.pod.key, entry);
    this.#heapPush(entry);
  }

  #heapPush(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!comesBefore(entry, heap[parent] as Entry)) break;
      heap[index] = heap[parent] as Entry;
      index = parent;
    }
    heap[index] = entry;
  }

  #heapPop(): Entry | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && comesBefore(heap[child + 1] as Entry, heap[child] as Entry)) child++;
      if (!comesBefore(heap[child] as Entry, last)) break;
      heap[index] = heap[child] as Entry;
      index = child;
    }
    heap[index] = last;
    return top;
  }
}

function comesBefore(a: Entry, b: Entry): boolean {
  return a.pod.priority === b.pod.priority ? a.sequence < b.sequence : a.pod.priority > b.pod.priority;
}

function backoffOf(attempts: number): number {
  return Math.min(FIRST_BACKOFF_MS * 2 ** (attempts - 1), LONGEST_BACKOFF_MS);
}

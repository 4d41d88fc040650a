// Drives the components of a cluster inside its alarm: feeds them the log, wakes them at their timers, gives them turns.
//
// 1. A slice (`run`) is one transaction: what the components wrote, their timers and the cursor move together. A crash
//    loses whole slices, and what is done again is idempotent.
// 2. The durable cursor is a low-water mark: every change up to it has been answered by every component.
// 3. Memory is a cache. On a cold start, and after a slice that threw, components start anew and the log is read again
//    from the cursor.
// 4. A component that has never followed this log (new in this version, or left behind by compaction) is primed with the
//    live objects instead.
// 5. A component that throws does not stop the others: its step is undone, and it starts anew after a backoff.
// 6. Components share the time: what one spends beyond its share of a round it waits for in the rounds to come (deficit
//    round robin), so that a ReplicaSet of thousands, long to look at, does not hold up the scheduler.
// 7. With nothing to do and no timer, `run` answers no time to come back: the cluster sleeps.

import { backoff } from './backoff.ts';
import type { Change, Component, Context, Notice } from './component.ts';
import type { FeedEvent, RuntimePorts } from './ports.ts';

const CURSOR = 'components';
const BATCH = 500;
/** Bounds a slice where the clock stands still while code runs, as it does on Cloudflare's network. */
const MAX_STEPS = 256;
/** What a component may spend in a round, in the units of `spent`; a step costs something even where it asks for nothing. */
const SHARE = 2_000;
const STEP = 50;

export interface RunResult {
  /** Something is left to do now: call again soon. */
  readonly more: boolean;
  /** When to call again although nothing changes, in milliseconds since the epoch; undefined: never. */
  readonly nextDue: number | undefined;
}

/** What is remembered of a component that threw, until it has done a step again. */
interface Broken {
  readonly attempt: number;
  /** When to start it anew. Undefined: that was done. */
  readonly due: number | undefined;
}

export class Runtime {
  readonly #components: readonly Component[];
  readonly #ports: RuntimePorts;
  readonly #broken = new Map<string, Broken>();
  /** Primed, but not yet done with what that queued. */
  #primed: Component[] = [];
  #started = false;
  /** Everything up to here was given to the components. */
  #position = 0;
  /** Whose turn it is first: the one after the last slice's last. */
  #first = 0;
  /** What components owe, as numbers below 0. Rule 6. */
  readonly #credit = new Map<string, number>();

  constructor(components: readonly Component[], ports: RuntimePorts) {
    this.#components = components;
    this.#ports = ports;
  }

  /** Whether the event concerns some component, so that the cluster must arm its alarm. Parses nothing. */
  interested(notice: Notice): boolean {
    return this.#components.some((component) => wants(component, notice));
  }

  /** Works for about `budget` milliseconds, or until nothing is left to do. */
  run(budget: number): RunResult {
    try {
      return this.#ports.store.transaction(() => this.#slice(budget));
    } catch (error) {
      this.#started = false;
      throw error;
    }
  }

  #slice(budget: number): RunResult {
    const { monotonic, spent } = this.#ports;
    const deadline = monotonic() + budget;
    const limit = spent() + budget * 1_000;
    if (!this.#started) this.#coldStart();
    let steps = 0;
    const isOver = () => steps >= MAX_STEPS || monotonic() >= deadline || spent() >= limit;
    let more = false;
    for (;;) {
      this.#read();
      this.#wake();
      const before = steps;
      // One that has nothing to do gets nothing before the log is read again.
      let working = [...this.#components.slice(this.#first), ...this.#components.slice(0, this.#first)];
      while (!more && working.length > 0) {
        const busy: Component[] = [];
        for (const component of working) {
          const taken = this.#turn(component, isOver);
          if (taken === undefined) continue;
          busy.push(component);
          steps += taken;
          more = isOver();
          if (!more) continue;
          this.#first = this.#components.indexOf(component) + 1;
          break;
        }
        working = busy;
      }
      if (more || steps === before) break;
    }
    this.#moveCursor();
    return { more, nextDue: this.#nextDue() };
  }

  #coldStart(): void {
    const { store, feed } = this.#ports;
    const cursor = store.cursor(CURSOR);
    const lost = cursor === undefined || cursor < feed.compacted;
    this.#position = lost ? feed.head : cursor;
    this.#broken.clear();
    this.#primed = [];
    for (const component of this.#components) {
      const context = this.#context(component, this.#position);
      component.start(context);
      if (!lost && store.cursor(introduced(component)) !== undefined) continue;
      component.prime?.(context);
      this.#primed.push(component);
    }
    this.#started = true;
  }

  /** Rule 2. */
  #moveCursor(): void {
    const { store } = this.#ports;
    let mark = this.#position;
    for (const component of this.#components) {
      const oldest = component.oldestPending?.();
      if (oldest !== undefined) mark = Math.min(mark, oldest - 1);
    }
    const cursor = store.cursor(CURSOR);
    if (cursor === undefined || mark > cursor) store.setCursor(CURSOR, mark);
    // What priming queued is in memory only: a component that a crash may find in the midst of it is not introduced yet.
    const done = this.#primed.filter((component) => component.oldestPending?.() === undefined);
    for (const component of done) store.setCursor(introduced(component), mark);
    this.#primed = this.#primed.filter((component) => !done.includes(component));
  }

  #read(): void {
    while (this.#ports.feed.head > this.#position) {
      const events = this.#ports.feed.changesAfter(this.#position, BATCH);
      for (const event of events) this.#observe(event);
      const last = events.at(-1);
      if (last === undefined) break;
      this.#position = last.rev;
    }
  }

  #observe(event: FeedEvent): void {
    let change: Change | undefined;
    for (const component of this.#components) {
      if (this.#isDown(component) || !wants(component, event)) continue;
      change ??= changeOf(event);
      try {
        component.observe(change, this.#context(component, event.rev));
      } catch (error) {
        this.#break(component, error);
      }
    }
  }

  #wake(): void {
    const { store, clock } = this.#ports;
    for (const timer of store.dueTimers(clock.now())) {
      const component = this.#components.find(({ name }) => name === timer.component);
      if (component?.wake === undefined) store.deleteTimer(timer.component, timer.key);
      else component.wake(timer.key, timer.cause, timer.due);
    }
  }

  /** As many steps as the component's share and the slice allow. Undefined: it has nothing to do. */
  #turn(component: Component, isOver: () => boolean): number | undefined {
    const { monotonic, spent } = this.#ports;
    let credit = (this.#credit.get(component.name) ?? 0) + SHARE;
    let steps = 0;
    while (credit > 0) {
      const started = monotonic();
      const before = spent();
      if (!this.#step(component)) {
        this.#credit.delete(component.name);
        return steps === 0 ? undefined : steps;
      }
      steps += 1;
      credit -= Math.max(STEP, spent() - before, (monotonic() - started) * 1_000);
      if (isOver()) break;
    }
    this.#credit.set(component.name, Math.min(0, credit));
    return steps;
  }

  /** False: the component had no work. */
  #step(component: Component): boolean {
    try {
      if (this.#isDown(component) && !this.#restart(component)) return false;
      const context = this.#context(component, this.#position);
      if (!this.#ports.store.transaction(() => component.step(context))) return false;
      this.#broken.delete(component.name);
      return true;
    } catch (error) {
      this.#break(component, error);
      return false;
    }
  }

  #isDown(component: Component): boolean {
    return this.#broken.get(component.name)?.due !== undefined;
  }

  /** Rule 5. False: its time has not come. */
  #restart(component: Component): boolean {
    const broken = this.#broken.get(component.name);
    if (broken?.due === undefined || broken.due > this.#ports.clock.now()) return false;
    const context = this.#context(component, this.#position);
    component.start(context);
    component.prime?.(context);
    this.#broken.set(component.name, { attempt: broken.attempt, due: undefined });
    return true;
  }

  #break(component: Component, error: unknown): void {
    const attempt = this.#broken.get(component.name)?.attempt ?? 0;
    this.#broken.set(component.name, { attempt: attempt + 1, due: this.#ports.clock.now() + backoff(attempt) });
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#ports.log('error', 'component threw', { component: component.name, error: text });
    this.#ports.metrics.reconciled(component.name, 'panic', 0);
  }

  #nextDue(): number | undefined {
    const times = [this.#ports.store.nextDue()];
    for (const component of this.#components) {
      times.push(this.#broken.get(component.name)?.due ?? component.nextDue());
    }
    const known = times.filter((time) => time !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  #context(component: Component, cause: number): Context {
    const identity = { name: component.name, eventSource: component.eventSource ?? component.name };
    const causedBy = (rev: number) => this.#ports.clientFor(identity, rev);
    return { client: causedBy(cause), causedBy, now: this.#ports.clock.now(), random: this.#ports.random };
  }
}

function introduced(component: Component): string {
  return `introduced:${component.name}`;
}

function wants(component: Component, notice: Notice): boolean {
  if (component.resources !== 'all' && !component.resources.includes(notice.resource)) return false;
  return component.interest?.(notice) ?? true;
}

/** Reads the object once for all components, and only if one of them looks. */
function changeOf(event: FeedEvent): Change {
  const { rev, resource, verb, namespace, name } = event;
  return {
    rev,
    resource,
    verb,
    namespace,
    name,
    get object() {
      return event.object();
    },
    get old() {
      return event.old();
    },
  };
}

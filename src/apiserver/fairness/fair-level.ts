// One priority level: who runs, who waits, who is turned away.
//
//   arrive ──► running ──finish──► done
//     │  └───► waiting ──(room)──► running
//     │            └──(too long, or the queues are full and its flow waits the most)──► refused
//     └──────► refused
//
// 1. Seats and bytes in use stay within the level's limits, and a flow's within half of them; one request alone always
//    has room, however wide.
// 2. A flow's requests start in the order they arrived.
// 3. Of the flows with waiting requests the one with the fewest seats in use is next, then the one that waits longest.
// 4. Nobody waits for whom there is room, unless someone who is before them needs that room.
// 5. Waiting requests are bounded, for a flow and in all. Where all places are taken, the flow that waits the most gives
//    up its newest for a flow that waits less.
// 6. Nobody waits longer than the bound; `decide` is called exactly once for each request.
//
// Example, 4 seats, so 2 for a flow: a1 a2 a3 b1 c1 arrive. a1 a2 run, a3 waits for its flow's half, b1 c1 run: full.
// b2 arrives and waits. When a1 ends, flow a has one seat and b has one: a3 has waited longer and runs.

import type { LevelLimits } from './priority-levels.ts';

export interface Request {
  readonly flow: string;
  /** Seats. */
  readonly width: number;
  /** Of the body, at most. */
  readonly bytes: number;
  /** Admitted or turned away; may be called before `arrive` returns. */
  decide(admitted: boolean): void;
}

/** A request in the level. Give it back with `finish` once it is answered; it is refused elsewhere. */
export interface Ticket {
  readonly request: Request;
  readonly flow: Flow;
  readonly arrived: number;
  running: boolean;
}

interface Flow {
  readonly name: string;
  seats: number;
  bytes: number;
  readonly waiting: Ticket[];
}

/** Milliseconds: a quarter of the time that a request has in all. */
export const LONGEST_WAIT = 15_000;

export class FairLevel {
  readonly limits: LevelLimits;
  readonly #flows = new Map<string, Flow>();
  /** Flows with waiting requests. */
  readonly #waiting = new Set<Flow>();
  #seats = 0;
  #bytes = 0;
  #queued = 0;

  constructor(limits: LevelLimits) {
    this.limits = limits;
  }

  get seats(): number {
    return this.#seats;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get queued(): number {
    return this.#queued;
  }

  /** Undefined: turned away. `now` in milliseconds. */
  arrive(request: Request, now: number): Ticket | undefined {
    const known = this.#flows.get(request.flow);
    const flow = known ?? { name: request.flow, seats: 0, bytes: 0, waiting: [] };
    const ticket = { request, flow, arrived: now, running: false };
    // Who waits in other flows waits for the level's room, or for its own flow's, which is no reason to wait here.
    if (flow.waiting.length === 0 && this.#fits(ticket) && !this.#isBehind(ticket)) {
      if (known === undefined) this.#flows.set(flow.name, flow);
      this.#start(ticket);
      return ticket;
    }
    if (flow.waiting.length >= this.limits.queueLength || !this.#makePlace(flow)) {
      request.decide(false);
      return undefined;
    }
    if (known === undefined) this.#flows.set(flow.name, flow);
    flow.waiting.push(ticket);
    this.#waiting.add(flow);
    this.#queued++;
    return ticket;
  }

  /** A running request has been answered. */
  finish(ticket: Ticket): void {
    if (!ticket.running) throw new Error('a request that does not run cannot finish');
    ticket.running = false;
    const { flow, request } = ticket;
    this.#seats -= request.width;
    this.#bytes -= request.bytes;
    flow.seats -= request.width;
    flow.bytes -= request.bytes;
    this.#forget(flow);
    this.#dispatch();
  }

  /** Turns away who has waited too long. */
  expire(now: number): void {
    for (const flow of [...this.#waiting]) {
      for (let first = flow.waiting[0]; first !== undefined && now - first.arrived >= LONGEST_WAIT;) {
        this.#leave(flow, 0);
        first.request.decide(false);
        first = flow.waiting[0];
      }
    }
    this.#dispatch();
  }

  #fits({ request, flow }: Ticket): boolean {
    const { seats, bytes } = this.limits;
    return (
      within(this.#seats, request.width, seats) &&
      within(this.#bytes, request.bytes, bytes) &&
      this.#fitsFlow(request, flow)
    );
  }

  #fitsFlow(request: Request, flow: Flow): boolean {
    const { seats, bytes } = this.limits;
    return within(flow.seats, request.width, seats / 2) && within(flow.bytes, request.bytes, bytes / 2);
  }

  /** Someone is next for whom only the level's room is missing. */
  #isBehind(ticket: Ticket): boolean {
    if (this.#queued === 0) return false;
    const next = this.#next();
    return next !== undefined && next !== ticket;
  }

  /** Rule 3, among those whose flow has room. */
  #next(): Ticket | undefined {
    let best: Ticket | undefined;
    for (const flow of this.#waiting) {
      const first = flow.waiting[0];
      if (first === undefined || !this.#fitsFlow(first.request, flow)) continue;
      const earlier =
        best === undefined ||
        flow.seats < best.flow.seats ||
        (flow.seats === best.flow.seats && first.arrived < best.arrived);
      if (earlier) best = first;
    }
    return best;
  }

  #dispatch(): void {
    while (this.#queued > 0) {
      const next = this.#next();
      if (next === undefined || !this.#fits(next)) return;
      this.#leave(next.flow, 0);
      this.#flows.set(next.flow.name, next.flow);
      this.#start(next);
    }
  }

  #start(ticket: Ticket): void {
    const { flow, request } = ticket;
    ticket.running = true;
    this.#seats += request.width;
    this.#bytes += request.bytes;
    flow.seats += request.width;
    flow.bytes += request.bytes;
    request.decide(true);
  }

  /** Rule 5. */
  #makePlace(flow: Flow): boolean {
    if (this.#queued < this.limits.queueTotal) return true;
    let most: Flow | undefined;
    for (const other of this.#waiting) {
      if (most === undefined || other.waiting.length > most.waiting.length) most = other;
    }
    if (most === undefined || most.waiting.length <= flow.waiting.length + 1) return false;
    const newest = most.waiting.at(-1);
    this.#leave(most, most.waiting.length - 1);
    newest?.request.decide(false);
    return true;
  }

  #leave(flow: Flow, index: number): void {
    flow.waiting.splice(index, 1);
    this.#queued--;
    if (flow.waiting.length === 0) this.#waiting.delete(flow);
    this.#forget(flow);
  }

  #forget(flow: Flow): void {
    if (flow.seats === 0 && flow.waiting.length === 0) this.#flows.delete(flow.name);
  }
}

function within(used: number, more: number, limit: number): boolean {
  return used === 0 || used + more <= limit;
}

// `kubewisp node`: one simulated node as a process of its own, with the same kubelet as the pool's. It reports over HTTP
// every ten seconds, and at once when a watch says that its pods or its Node changed; the watches carry no state.

import { systemClock } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import { systemRandom } from '../../lib/random.ts';
import { DEFAULT_CPU, DEFAULT_MEMORY, outsideNode } from '../kubelet/node-object.ts';
import { NodeHost } from '../node-host.ts';
import type { Endpoint } from './transport.ts';
import { httpTransport, newAgent, watchStream } from './transport.ts';

export interface AgentOptions extends Endpoint {
  /** Name of the Node. */
  readonly name: string;
  /** Quantities; default 4 and 16Gi. */
  readonly cpu?: string;
  readonly memory?: string;
  /** Ends the agent. */
  readonly signal: AbortSignal;
  /** One line of news: registered, lost, found again. */
  readonly log?: (line: string) => void;
  readonly random?: Random;
}

const HEARTBEAT_MS = 10_000;
const GAP_MS = 25;
const FIRST_RETRY_MS = 1000;
const WATCH_AGAIN_MS = 1000;

/** Runs until `signal` is aborted. Unreachable servers are tried again for ever; nothing is thrown for them. */
export async function runAgent(options: AgentOptions): Promise<void> {
  const { name, signal, log = () => undefined } = options;
  const agent = newAgent(options.server);
  const alarm = new Alarm(signal);
  const host = new NodeHost({
    nodes: [outsideNode(name, options.cpu ?? DEFAULT_CPU, options.memory ?? DEFAULT_MEMORY)],
    standing: false,
    transport: httpTransport(options, agent),
    random: options.random ?? systemRandom,
    now: () => systemClock.now(),
  });
  const watches = [
    '/api/v1/pods?watch=true&fieldSelector=spec.nodeName%3D',
    '/api/v1/nodes?watch=true&fieldSelector=metadata.name%3D',
  ].map((path) => keepWatching(options, path + encodeURIComponent(name), agent, alarm));

  let connected: boolean | undefined;
  let failures = 0;
  let beat = 0;
  while (!signal.aborted) {
    const ask = alarm.take() || systemClock.now() >= beat;
    if (ask) beat = systemClock.now() + HEARTBEAT_MS;
    const { error } = await host.turn(ask);
    if (signal.aborted) break;
    if ((error === undefined) !== connected) {
      connected = error === undefined;
      log(connected ? `node ${name} is joined to ${options.server}` : `node ${name} cannot report: ${error ?? ''}`);
    }
    const now = systemClock.now();
    if (error !== undefined) {
      await alarm.sleepUntil(now + Math.min(FIRST_RETRY_MS * 2 ** failures, HEARTBEAT_MS), false);
      failures = Math.min(failures + 1, 10);
      alarm.ring();
      continue;
    }
    failures = 0;
    await alarm.sleepUntil(now + GAP_MS, false);
    await alarm.sleepUntil(Math.min(beat, host.nextDue() ?? beat), true);
  }
  await Promise.all(watches);
  agent.destroy();
}

async function keepWatching(
  endpoint: AgentOptions,
  path: string,
  agent: ReturnType<typeof newAgent>,
  alarm: Alarm,
): Promise<void> {
  while (!endpoint.signal.aborted) {
    await watchStream(endpoint, path, agent, endpoint.signal, () => alarm.ring());
    // What changed while no watch was open comes with the next report.
    await new Alarm(endpoint.signal).sleepUntil(systemClock.now() + WATCH_AGAIN_MS, false);
  }
}

/** A sleep that a ring, or the end, cuts short. */
class Alarm {
  readonly #signal: AbortSignal;
  #rung = true;
  #wake: (() => void) | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  take(): boolean {
    const rung = this.#rung;
    this.#rung = false;
    return rung;
  }

  async sleepUntil(at: number, wakeable: boolean): Promise<void> {
    const ms = at - systemClock.now();
    if (ms <= 0 || this.#signal.aborted || (wakeable && this.#rung)) return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#signal.removeEventListener('abort', end);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#signal.addEventListener('abort', end, { once: true });
      if (wakeable) this.#wake = end;
    });
  }
}

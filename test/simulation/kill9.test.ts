// Invariants 1 and 2: the server is killed at random moments under load. After each restart every acknowledged write is
// there, revisions have not gone back, and a watch resumed from the last revision seen gives each later event once, in order.
//
// KILLS sets how often (20), SEED the random choices, which are printed.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { seededRandom } from '../../src/lib/random.ts';
import type { Random } from '../../src/lib/random.ts';
import type { AnyObject, WatchFrame } from '../support/api.ts';
import { Api } from '../support/api.ts';
import type { TestServer } from '../support/server.ts';
import { startServer } from '../support/server.ts';
import type { Write } from './history.ts';
import { History } from './history.ts';

const PATH = '/api/v1/namespaces/default/configmaps';
const KILLS = Number(process.env['KILLS'] ?? 20);
const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const WRITERS = 8;
const NAMES_PER_WRITER = 6;
/** Of the running time between two kills, in ms. */
const SHORTEST_RUN = 40;
const LONGEST_RUN = 900;
const MINUTES = 1.5 * Math.max(1, KILLS / 20);

let server: TestServer;
let api: Api;

beforeAll(async () => {
  server = await startServer({ nodes: 0 });
  api = new Api(server);
});

afterAll(async () => {
  api?.close();
  await server?.stop();
});

it(
  `keeps every acknowledged write over ${KILLS} kills (seed ${SEED})`,
  async () => {
    const random = seededRandom(SEED);
    const history = new History();
    const seen = new Watched();
    let revision = 0;

    for (let round = 0; round <= KILLS; round++) {
      const where = `after kill ${round} with seed ${SEED}`;
      const list = await api.get(PATH);
      const head = Number(list.metadata.resourceVersion);
      expect(head, `revisions went back ${where}`).toBeGreaterThanOrEqual(
        Math.max(revision, seen.revision, history.head),
      );
      expect(history.settle(values(list)), where).toEqual([]);
      revision = head;

      const dying = new AbortController();
      const watch = new AbortController();
      const watching = seen.follow(api, watch.signal);
      // Its event tells that the resumed watch has caught up, and is alive.
      const marker: Write = { verb: 'create', name: `marker-${round}`, value: '' };
      const marked = await carryOut(marker);
      history.acknowledge(marker, marked);
      await expect
        .poll(() => seen.revision, { message: `the watch has not caught up ${where}`, timeout: 5_000 })
        .toBe(marked);
      expect(seen.state, where).toEqual(values(await api.get(PATH)));
      if (round === KILLS) {
        watch.abort();
        await watching;
        break;
      }

      const writers = Array.from({ length: WRITERS }, (_, index) => {
        const own = seededRandom(Math.floor(random.next() * 2 ** 32));
        return writeUntil(dying.signal, index, history, own);
      });
      await sleep(SHORTEST_RUN + random.next() * (LONGEST_RUN - SHORTEST_RUN));
      dying.abort();
      await server.kill9();
      await Promise.all([...writers, watching]);
      await server.restart();
    }

    const revisions = seen.events.map((event) => event.revision);
    expect(revisions, 'events came twice or out of order').toEqual([...new Set(revisions)].sort((a, b) => a - b));
    const events = new Map(seen.events.map((event) => [keyOf(event), event]));
    const missed = history.acknowledged.filter((write) => {
      const event = events.get(keyOf(write));
      return event === undefined || (write.revision !== undefined && write.revision !== event.revision);
    });
    expect(missed, 'acknowledged writes without their event').toEqual([]);
    console.log(
      `${history.acknowledged.length} acknowledged writes, ${seen.events.length} events, ${KILLS} kills, seed ${SEED}`,
    );
    expect(history.acknowledged.length).toBeGreaterThan(KILLS * 20);
  },
  MINUTES * 60_000,
);

/** Values are written once: this names one write. */
const keyOf = ({ verb, name, value }: Write): string => `${verb} ${name} ${value}`;

/** One writer: its own names, one write after the other. */
async function writeUntil(signal: AbortSignal, writer: number, history: History, random: Random): Promise<void> {
  for (let count = 0; !signal.aborted; count++) {
    const name = `w${writer}-${Math.floor(random.next() * NAMES_PER_WRITER)}`;
    const value = history.value(name);
    const next = `${writer}.${count}.${Math.floor(random.next() * 1e9)}`;
    let write: Write;
    if (value === undefined) write = { verb: 'create', name, value: next };
    else if (random.next() < 0.3) write = { verb: 'delete', name, value };
    else write = { verb: 'update', name, value: next };
    history.begin(write);
    try {
      history.acknowledge(write, await carryOut(write));
    } catch (error) {
      if (signal.aborted && !(error instanceof Refused)) return;
      throw error;
    }
  }
}

/** The server answered, but with an error; otherwise the answer was lost. */
class Refused extends Error {}

/** To the revision of the write; a delete answers with a Status, which names none. */
async function carryOut({ verb, name, value }: Write): Promise<number | undefined> {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { value } };
  const answer =
    verb === 'create'
      ? await api.send({ method: 'POST', path: PATH, body: object })
      : verb === 'update'
        ? await api.send({ method: 'PUT', path: `${PATH}/${name}`, body: object })
        : await api.send({ method: 'DELETE', path: `${PATH}/${name}` });
  if (answer.status >= 300) throw new Refused(`${verb} ${name}: ${answer.text}`);
  const { metadata } = JSON.parse(answer.text) as AnyObject;
  return verb === 'delete' ? undefined : Number(metadata.resourceVersion);
}

interface SeenEvent {
  readonly revision: number;
  readonly verb: Write['verb'];
  readonly name: string;
  readonly value: string;
}

const VERBS: Readonly<Record<string, Write['verb']>> = { ADDED: 'create', MODIFIED: 'update', DELETED: 'delete' };

/** A watch that goes on where it was cut. */
class Watched {
  readonly events: SeenEvent[] = [];
  /** The fold of the events. */
  readonly state = new Map<string, string>();
  revision = 0;

  /** Until the connection fails or `signal` aborts it. */
  follow(from: Api, signal: AbortSignal): Promise<void> {
    const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${this.revision}`;
    return from.watch(`${PATH}?${query}`, (frame) => this.#take(frame), signal);
  }

  #take({ type, object }: WatchFrame): void {
    const revision = Number(object.metadata.resourceVersion);
    if (type === 'BOOKMARK') {
      this.revision = Math.max(this.revision, revision);
      return;
    }
    const verb = VERBS[type];
    if (verb === undefined) throw new Error(`a frame of type ${type}: ${JSON.stringify(object)}`);
    const { name } = object.metadata;
    this.revision = revision;
    if (!isOurs(name)) return;
    const value = object.data?.['value'] ?? '';
    this.events.push({ revision, verb, name, value });
    if (verb === 'delete') this.state.delete(name);
    else this.state.set(name, value);
  }
}

/** Controllers make ConfigMaps, too. */
const isOurs = (name: string): boolean => /^(w\d|marker)-/.test(name);

function values(list: AnyObject): Map<string, string> {
  const found = new Map<string, string>();
  for (const { metadata, data } of list.items ?? []) {
    if (isOurs(metadata.name)) found.set(metadata.name, data?.['value'] ?? '');
  }
  return found;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

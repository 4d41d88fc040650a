// A watch that a test reads event by event.

import type { KubeObject } from '../../../src/api/object.ts';
import type { Api } from '../../support/api.ts';

export interface WatchEvent<T> {
  readonly type: string;
  readonly object: T;
}

const PATIENCE_MS = 20_000;

export class Watching<T extends KubeObject> {
  readonly #stop = new AbortController();
  readonly #events: Array<WatchEvent<T>> = [];
  readonly #ended: Promise<void>;
  #read = 0;
  #over = false;
  #arrived: () => void = () => undefined;

  constructor(api: Api, path: string) {
    const take = (frame: unknown): void => {
      this.#events.push(frame as WatchEvent<T>);
      this.#arrived();
    };
    this.#ended = api.watch(path, take, this.#stop.signal).then(() => {
      this.#over = true;
      this.#arrived();
    });
  }

  /** All that was told so far. */
  get events(): ReadonlyArray<WatchEvent<T>> {
    return this.#events;
  }

  /** The next event of this type (and, if asked, of such an object); those before it are passed over. */
  async until(type: string, wanted: (object: T) => boolean = () => true): Promise<T> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const event = this.#events[this.#read];
      if (event !== undefined) {
        this.#read += 1;
        if (event.type === type && wanted(event.object)) return event.object;
      } else {
        const left = deadline - Date.now();
        if (left <= 0 || this.#over) throw new Error(`no such ${type}, but ${this.#seen()}`);
        await this.#next(left);
      }
    }
  }

  /** Ends the watch. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  #next(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#arrived = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #seen(): string {
    return JSON.stringify(this.#events.map(({ type, object }) => `${type} ${object.metadata.name}`));
  }
}

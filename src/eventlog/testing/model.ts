// The reference that random histories are checked against: it keeps every event for ever and folds them anew for each
// question.

import type { Key, LogEvent } from '../log.ts';
import { pathOf } from '../path.ts';
import type { Watcher } from '../watcher.ts';
import { readable } from './harness.ts';

export class Model {
  events: LogEvent[] = [];
  compacted = 0;

  get head(): number {
    return this.events.length;
  }

  /** Live events of one resource at a revision, in the order of lists. */
  list(resource: string, rev: number): LogEvent[] {
    const live = new Map<string, LogEvent>();
    for (const event of this.events.slice(0, rev)) {
      if (event.resource !== resource) continue;
      if (event.verb === 'delete') live.delete(pathOf(event));
      else live.set(pathOf(event), event);
    }
    return [...live].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, event]) => event);
  }

  get(key: Key, rev: number): LogEvent | undefined {
    return this.list(key.resource, rev).find((event) => pathOf(event) === pathOf(key));
  }

  /** What a watcher sees of the events above a revision: of each, whether its key matched before and matches after. */
  frames(watcher: Watcher, after: number): string[] {
    const { match = () => true, resource, namespace } = watcher;
    const shows = (event: LogEvent | undefined): boolean => event !== undefined && match(JSON.parse(event.object));
    return this.events.slice(after).flatMap((event) => {
      if (event.resource !== resource || (namespace !== undefined && event.namespace !== namespace)) return [];
      const before = shows(this.get(event, event.rev - 1));
      const now = shows(this.get(event, event.rev));
      if (!before && !now) return [];
      const type = now ? (before ? 'MODIFIED' : 'ADDED') : 'DELETED';
      return [`${type} ${pathOf(event)}@${event.rev}`];
    });
  }

  /** What a watcher is told of the present state first. */
  initial(watcher: Watcher): string[] {
    const { match = () => true, namespace } = watcher;
    return this.list(watcher.resource, this.head)
      .filter((event) => (namespace === undefined || event.namespace === namespace) && match(JSON.parse(event.object)))
      .flatMap((event) => readable(`{"type":"ADDED","object":${event.object}}\n`));
  }
}

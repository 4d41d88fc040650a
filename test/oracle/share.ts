// How many recorded requests were answered identically, as a whole and in parts, by base object.

import type { Recorded } from '../../src/api/testing/recorded.ts';
import type { Difference, Part } from './parts.ts';
import { PARTS, partsOf } from './parts.ts';

interface Share {
  same: number;
  all: number;
}

/** Requests without a difference, or with none but this in a status that nobody writes here yet. */
export interface Verdict {
  readonly differences: readonly Difference[];
  /** All of them are in the status of an object, whose controller does not run here. */
  readonly later?: boolean;
}

const SHOWN_PER_BASE = 3;

export class Shares {
  readonly #title: string;
  readonly #ids: readonly string[];
  readonly #bases = new Map<string, Share>();
  readonly #parts = new Map<Part, Share>(PARTS.map((part) => [part, { same: 0, all: 0 }]));
  /** All but messages. */
  readonly #decided: Share = { same: 0, all: 0 };
  readonly #messages: Share = { same: 0, all: 0 };
  #later = 0;
  #leftOut = 0;

  /** `ids`: those whose differences are printed, single requests or bases; none: the first of each base. */
  constructor(title: string, ids: readonly string[]) {
    this.#title = title;
    this.#ids = ids;
  }

  leaveOut(): void {
    this.#leftOut += 1;
  }

  add({ id, what, response }: Recorded, { differences, later = false }: Verdict): void {
    const base = id.split('/')[0] ?? '';
    const share = this.#bases.get(base) ?? { same: 0, all: 0 };
    const shown = this.#ids.includes(id) || this.#ids.includes(base);
    const first = this.#ids.length === 0 && share.all - share.same < SHOWN_PER_BASE;
    this.#bases.set(base, counted(share, differences.length === 0));
    if (later) this.#later += 1;
    const differs = new Set(later ? [] : differences.map(({ part }) => part));
    for (const part of partsOf(response)) {
      const { same, all } = this.#parts.get(part) ?? { same: 0, all: 0 };
      this.#parts.set(part, counted({ same, all }, !differs.has(part)));
    }
    this.#count(differs, partsOf(response).includes('message'));
    if (differences.length === 0 || !(shown || first)) return;
    console.log(`  ${id} ${what}${later ? ' (its controller comes later)' : ''}`);
    for (const { part, text } of differences) console.log(`      ${part}: ${text}`);
  }

  #count(differs: ReadonlySet<Part>, hasMessage: boolean): void {
    const others = [...differs].filter((part) => part !== 'message');
    Object.assign(this.#decided, counted(this.#decided, others.length === 0));
    if (hasMessage) Object.assign(this.#messages, counted(this.#messages, !differs.has('message')));
  }

  print(): void {
    const shares = [...this.#bases.values()];
    const all = shares.reduce((sum, share) => sum + share.all, 0);
    const same = shares.reduce((sum, share) => sum + share.same, 0);
    const bases = [...this.#bases].map(([base, share]) => `${base} ${share.same}/${share.all}`);
    console.log(`${this.#title} by base: ${bases.join(', ')}`);
    console.log(`${this.#title}: requests answered identically ${told({ same, all })}; ${this.#leftOut} left out`);
    console.log(
      `  differ only in a status whose controller comes later: ${this.#later}; below they count as identical`,
    );
    const parts = [...this.#parts].map(([part, share]) => `${part} ${told(share)}`);
    console.log(`  ${parts.join(', ')}`);
    console.log(`  all but messages ${told(this.#decided)}, messages ${told(this.#messages)}`);
  }
}

function counted({ same, all }: Share, isSame: boolean): Share {
  return { same: same + (isSame ? 1 : 0), all: all + 1 };
}

function told({ same, all }: Share): string {
  return `${same}/${all}${all === 0 ? '' : ` (${((100 * same) / all).toFixed(1)}%)`}`;
}

// What a writer knows of the objects it wrote: every write that the server acknowledged, and those whose answer was
// lost, which may or may not have happened.

export interface Write {
  readonly verb: 'create' | 'update' | 'delete';
  readonly name: string;
  /** `data.value` after the write; of a delete, before it. */
  readonly value: string;
}

export interface Acknowledged extends Write {
  /** Undefined for a delete, whose answer names none. */
  readonly revision: number | undefined;
}

/** The state of one name: what is there for certain, and the one write whose outcome is unknown. */
export interface Known {
  readonly value: string | undefined;
  readonly pending?: Write;
}

/**
 * 1. A name has one writer, which writes it one after the other: at most one write of a name is pending.
 * 2. `settle` with what the server holds after a restart clears what is pending; anything but the state before or
 *    after the pending write is a lost or an invented write.
 */
export class History {
  readonly acknowledged: Acknowledged[] = [];
  readonly #known = new Map<string, Known>();

  value(name: string): string | undefined {
    return this.#known.get(name)?.value;
  }

  /** The highest revision that the server has acknowledged. */
  get head(): number {
    return this.acknowledged.reduce((head, { revision = 0 }) => Math.max(head, revision), 0);
  }

  begin(write: Write): void {
    this.#known.set(write.name, { value: this.value(write.name), pending: write });
  }

  acknowledge(write: Write, revision: number | undefined): void {
    this.acknowledged.push({ ...write, revision });
    this.#known.set(write.name, { value: after(write) });
  }

  /** What is wrong with what the server holds; empty if nothing. */
  settle(present: ReadonlyMap<string, string>): string[] {
    const wrong: string[] = [];
    for (const [name, { value, pending }] of this.#known) {
      const found = present.get(name);
      const possible = pending === undefined ? [value] : [value, after(pending)];
      if (!possible.includes(found))
        wrong.push(`${name}: is ${String(found)}, may be ${possible.map(String).join(' or ')}`);
      this.#known.set(name, { value: found });
    }
    for (const name of present.keys()) if (!this.#known.has(name)) wrong.push(`${name}: nobody wrote it`);
    return wrong;
  }
}

function after(write: Write): string | undefined {
  return write.verb === 'delete' ? undefined : write.value;
}

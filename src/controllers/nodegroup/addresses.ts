// Addresses of the machines of node groups: 10.2.0.0/20, apart from the pool's own nodes (10.0) and outside nodes (10.1).
// It holds as many machines as a pool may have.

const MACHINES = 4000;

/** The lowest that is not taken; undefined: all are. */
export function freeAddress(taken: ReadonlySet<string>): string | undefined {
  for (let host = 1; host <= MACHINES; host++) {
    const address = `10.2.${host >> 8}.${host & 255}`;
    if (!taken.has(address)) return address;
  }
  return undefined;
}

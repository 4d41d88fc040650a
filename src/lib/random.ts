// Randomness is an argument, as time is: the same seed gives the same run.

export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A version 4 UUID. */
  uuid(): string;
}

/** The letters of upstream's generated names: no vowels, nothing that reads as a word or a digit lookalike. */
const NAME_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** A suffix as generateName appends. Models kubernetes staging/src/k8s.io/apimachinery/pkg/util/rand. */
export function nameSuffix(random: Random, length = 5): string {
  let suffix = '';
  for (let i = 0; i < length; i++) suffix += NAME_LETTERS[Math.floor(random.next() * NAME_LETTERS.length)];
  return suffix;
}

export const systemRandom: Random = {
  next: () => Math.random(),
  uuid: () => crypto.randomUUID(),
};

/** A seeded source (mulberry32) for tests and simulations. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const hex = (length: number): string => {
    let text = '';
    for (let i = 0; i < length; i++) text += Math.floor(next() * 16).toString(16);
    return text;
  };
  return {
    next,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[Math.floor(next() * 4)]}${hex(3)}-${hex(12)}`,
  };
}

// Names for clusters that nobody named: two words and a few letters.

const FIRST =
  'amber brisk calm clear dusky early faint fresh gentle hazy light misty pale quiet soft still swift warm'.split(' ');
const SECOND = 'breeze brook cloud dawn dew ember fern fog glade haze leaf meadow mist moss rain reed shade wisp'.split(
  ' ',
);
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** `next` gives numbers in [0, 1). */
export function generateName(next: () => number): string {
  const pick = (from: ArrayLike<string>): string => from[Math.floor(next() * from.length)] ?? '';
  return `${pick(FIRST)}-${pick(SECOND)}-${pick(LETTERS)}${pick(LETTERS)}${pick(LETTERS)}${pick(LETTERS)}`;
}

// Texts of Warning headers as they are sent: each once, and cut short where they are many or long.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/filters/warning.go.

/** In code points, of all texts together. */
const MOST = 4096;
/** Of one text, once all together are too long. */
const MOST_OF_ONE = 256;

export function sentWarnings(texts: readonly string[]): string[] {
  const distinct = [...new Set(texts)].filter((text) => text !== '');
  let total = 0;
  const whole = distinct.every((text) => (total += lengthOf(text)) <= MOST);
  if (whole) return distinct;
  const sent: string[] = [];
  let written = 0;
  // Those up to the one that was too much are sent in any case.
  const first = firstTooMuch(distinct);
  for (const [index, text] of distinct.entries()) {
    if (index > first && written >= MOST) break;
    const short = [...text.slice(0, 2 * MOST_OF_ONE)].slice(0, MOST_OF_ONE).join('');
    sent.push(short);
    written += lengthOf(short);
  }
  return sent;
}

/** Index of the text that makes them too long. */
function firstTooMuch(texts: readonly string[]): number {
  let total = 0;
  return texts.findIndex((text) => (total += lengthOf(text)) > MOST);
}

function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}

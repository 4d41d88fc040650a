// What kubectl printed, in a form that is the same in every run: a golden file can hold it.

import type { KubectlResult } from '../support/kubectl.ts';

/** Cells under these headers are how long ago something was. */
const AGES = new Set(['AGE', 'LAST SEEN', 'FIRST SEEN', 'LAST SCHEDULE']);
/** The letters of generated names, which upstream chose so that they form no words. */
const SUFFIX = /-[bcdfghjklmnpqrstvwxz2456789]{5}(?![\w-])/g;
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const RFC_3339 = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;
const RFC_1123 = /\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000/g;
/** As Go prints a time that nobody formats. */
const GO_TIME = /\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC/g;
/** Of a container: made from its pod's uid, as how long its image took to pull is. */
const CONTAINER_ID = /\bkubewisp:\/\/[0-9a-f]{64}\b/g;
const PULL = /\b\d+ms \(\d+ms including waiting\)/g;
/** Of an event, as `describe` prints it: type, reason, age. */
const EVENT = /^( +)(Normal|Warning) +(\S+) +\S+(?: \(x\d+ over \S+\))? +(\S+) +(.*)$/gm;
const DAY = 24 * 60 * 60 * 1000;

/** The command line and all that it printed; `shown` is what stands for its arguments. */
export function entry(
  shown: string,
  { code, stdout, stderr }: KubectlResult,
  normalise: (text: string) => string,
): string {
  const end = code === 0 ? '' : `exit code ${code}\n`;
  return `$ kubectl ${shown}\n${normalise(stdout)}${normalise(stderr)}${end}\n`;
}

/** What a LimitRange says of containers: kubectl walks a map, in any order. */
const LIMITS = /(?:^Container +(?:cpu|memory) .*\n){2,}/gm;

/** Of text that is not a table. What `manifest` says stays as it is; so do times long before the run, which it says too. */
export function normaliseText(text: string, manifest: string): string {
  const kept = (found: string, placeholder: string): string => (manifest.includes(found) ? found : placeholder);
  const time = (found: string): string => (Date.now() - Date.parse(found) > DAY ? found : '<time>');
  return text
    .replace(UUID, (found) => kept(found, '<uid>'))
    .replace(RFC_3339, time)
    .replace(RFC_1123, time)
    .replace(GO_TIME, time)
    .replace(CONTAINER_ID, 'kubewisp://<id>')
    .replace(PULL, '<duration>')
    .replace(SUFFIX, (found) => kept(found, '-<rand>'))
    .replace(/resourceVersion: "\d+"/g, 'resourceVersion: "<rv>"')
    .replace(/^( *Resource Version: +)\d+$/gm, '$1<rv>')
    .replace(/\b10\.(?:96|244)\.\d+\.\d+\b/g, '<ip>')
    .replace(/\b3[012]\d{3}\b/g, (found) => kept(found, '<port>'))
    .replace(EVENT, '$1$2  $3  <age>  $4  $5')
    .replace(LIMITS, (rows) => `${rows.trimEnd().split('\n').toSorted().join('\n')}\n`)
    .replace(/[ \t]+$/gm, '');
}

/** Of a table as `get` prints it: ages are masked and the columns laid out again. */
export function normaliseTable(text: string, manifest: string): string {
  if (text === '') return '';
  const [header = '', ...rows] = text.split('\n').filter((line) => line !== '');
  const starts = [...header.matchAll(/(?<=^|\s{2})\S/g)].map(({ index }) => index);
  const split = (line: string): string[] => starts.map((start, n) => line.slice(start, starts[n + 1]).trim());
  const names = split(header);
  const table = rows.map((row) =>
    split(row).map((cell, n) =>
      AGES.has(names[n] ?? '') && /^\d/.test(cell) ? '<age>' : normaliseText(cell, manifest),
    ),
  );
  const widths = names.map((name, n) => Math.max(name.length, ...table.map((row) => row[n]?.length ?? 0)));
  return [names, ...table]
    .map(
      (row) =>
        `${row
          .map((cell, n) => cell.padEnd((widths[n] ?? 0) + 3))
          .join('')
          .trimEnd()}\n`,
    )
    .join('');
}

/** The columns of a table as `get` prints it, in capitals. */
export function columnsOf(table: string): string[] {
  return (table.split('\n')[0] ?? '').trim().split(/\s{2,}/);
}

/** Of what `explain` prints: the kind and its fields with their types, not the prose. */
export function normaliseExplanation(text: string): string {
  return text
    .split('\n')
    .filter((line) => /^(?:GROUP|KIND|VERSION|FIELDS):|^ {2}\w+\t</.test(line))
    .map((line) => `${line.replace(/\s+/g, ' ').replace(/^ /, '  ').trimEnd()}\n`)
    .join('');
}

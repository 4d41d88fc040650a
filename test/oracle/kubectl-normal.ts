// Outputs of kubectl in a form in which a recorded and an actual one can be compared: what differs from run to run (names,
// addresses, times) stands in placeholders on both sides, without identity.

import type { RecordedCommand } from './kubectl-records.ts';

const LETTERS = '[bcdfghjklmnpqrstvwxz2456789]';

const RULES: readonly (readonly [RegExp, string])[] = [
  [/<(rs|pod|rev|eps|uid|podIP|clusterIP|sched|refused)\d+>/g, '<$1>'],
  [/<(podIP|clusterIP)>/g, '<ip>'],
  // Build of server and client.
  [/v1\.3\d\.\d+[-+.\w]*/g, '<version>'],
  [/Kustomize Version: \S+|"kustomizeVersion": "[^"]*"/g, '<kustomize>'],
  [/"(gitCommit|gitTreeState|buildDate|goVersion|compiler|platform|major|minor)": "[^"]*"/g, '"$1": "<build>"'],
  [/[EWI]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ /g, '<klog> '],
  // Generated names and identities.
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>'],
  [new RegExp(`kube-api-access-${LETTERS}{5}\\b`, 'g'), 'kube-api-access-<rand>'],
  [new RegExp(`\\b(web2?)-[a-f0-9]{8,10}-${LETTERS}{5}\\b`, 'g'), '$1-<rs>-<pod>'],
  [new RegExp(`\\b(web2?)-${LETTERS}{8,10}-${LETTERS}{5}\\b`, 'g'), '$1-<rs>-<pod>'],
  [new RegExp(`\\b(web2?)-(?:${LETTERS}|[a-f0-9]){8,10}\\b`, 'g'), '$1-<rs>'],
  [new RegExp(`\\b(web2?)-${LETTERS}{5}\\b`, 'g'), '$1-<eps>'],
  [new RegExp(`\\b(agent)-${LETTERS}{5}\\b`, 'g'), '$1-<pod>'],
  [/controller-revision-hash([=:]) ?"?[a-z0-9]{8,10}\b"?/g, 'controller-revision-hash$1<rev>'],
  [/controller-revision-hash([=:]) ?"?<rev>"?/g, 'controller-revision-hash$1<rev>'],
  [/pod-template-hash([=:]) ?"?[a-z0-9]{8,10}"?/g, 'pod-template-hash$1<rs>'],
  [/pod-template-hash([=:]) ?"?<rs>"?/g, 'pod-template-hash$1<rs>'],
  [/resourceVersion: "\d+"|"resourceVersion": "\d+"|resourceVersion: "<rv>"|"resourceVersion": "<rv>"/g, '<rv>'],
  [/\/tmp\/(LIVE|MERGED)-\d+/g, '/tmp/$1-<n>'],
  // Addresses and nodes: which of two equal nodes a pod is on is chance.
  [/\b10\.244\.\d+\.0\/24\b/g, '<podCIDR>'],
  [/\b(10\.\d+|192\.0)\.\d+\.\d+\b/g, '<ip>'],
  [/\bkc-node-[01]\b/g, 'kc-node'],
  [/\bfake\b/g, '<version>'],
  // Texts that quote upstream's own structures.
  [/(pod updates may not change fields)[^]*/g, '$1'],
  // What a node holds when it is drained is chance, too.
  [/^evicting pod .*\n|^pod\/.* evicted\n/gm, ''],
  // Times.
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?[+-]\d{4}|Z)?/g, '<time>'],
  [/(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, '<time>'],
  [/"<time>"/g, '<time>'],
  [/\b(\d+[dhms]){1,2}\b/g, '<age>'],
  // How often a rollout is seen on its way is timing.
  [/^Waiting for (deployment|.* rollout).*\n/gm, ''],
  [/[ \t]+/g, ' '],
  [/-{3,}/g, '---'],
  [/ $/gm, ''],
];

/** What kubectl prints of its own accord since 1.33 to 1.36, and older ones print otherwise. */
const CLIENT_RULES: readonly (readonly [RegExp, string])[] = [
  [/ deleted from [-\w]+ namespace/g, ' deleted'],
  [/^ *(creationTimestamp: null|resources: \{\}|status: \{\}|strategy: \{\}|status:\n *loadBalancer: \{\})\n/gm, ''],
];

/** Rows that come in order of generated names, or in any order. */
const UNORDERED = /\b(drain|delete|get rs)\b/;

export function normalized(command: RecordedCommand, text: string, server: string): string {
  let normal = text.replaceAll(server, '<server>');
  for (const [pattern, replacement] of RULES) normal = normal.replace(pattern, replacement);
  if (!UNORDERED.test(command.argv.join(' '))) return normal;
  return normal
    .split('\n')
    .toSorted((a, b) => (a < b ? -1 : 1))
    .join('\n');
}

export function withoutClient(text: string): string {
  let normal = text;
  for (const [pattern, replacement] of CLIENT_RULES) normal = normal.replace(pattern, replacement);
  return normal;
}

/** Where two texts part: the first line that differs. */
export function firstDifference(recorded: string, actual: string): string {
  const [theirs, ours] = [recorded.split('\n'), actual.split('\n')];
  for (let index = 0; index < Math.max(theirs.length, ours.length); index++) {
    if (theirs[index] !== ours[index])
      return `line ${index + 1}: ${show(ours[index])} instead of ${show(theirs[index])}`;
  }
  return 'nothing';
}

function show(line: string | undefined): string {
  return line === undefined ? 'nothing' : JSON.stringify(line.length > 200 ? `${line.slice(0, 200)}…` : line);
}

// The clauses of an Accept header, in the order in which they are tried.
// Models github.com/munnerz/goautoneg, which Kubernetes parses the header with, its order too: a clause that names its
// type stands before `*`, whatever their weights, where it came behind.

export interface Clause {
  readonly type: string;
  readonly subtype: string;
  readonly params: ReadonlyMap<string, string>;
  readonly q: number;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** What does not parse is left out. */
export function parseAccept(header: string): Clause[] {
  const clauses: Clause[] = [];
  for (const part of header.split(',')) {
    const [head = '', ...pairs] = part.split(';');
    const [type = '', subtype = '', ...more] = head.split('/').map(trim);
    const wild = type === '*' && subtype === '';
    if (more.length > 0 || (subtype === '' && !wild)) continue;
    const params = new Map<string, string>();
    let q = 1;
    for (const pair of pairs) {
      const [key = '', value = '', ...rest] = pair.split('=');
      if (value === '' || rest.length > 0) continue;
      if (trim(key) === 'q') q = NUMBER.test(value) ? Number(value) : 0;
      else params.set(trim(key), trim(value));
    }
    insert(clauses, { type, subtype: wild ? '*' : subtype, params, q });
  }
  return clauses;
}

function trim(text: string): string {
  return text.replace(/^ +| +$/g, '');
}

/** Go's sort of few elements. Its comparison is no order, so that the way of sorting shows. */
function insert(clauses: Clause[], clause: Clause): void {
  let at = clauses.length;
  while (at > 0 && before(clause, clauses[at - 1] as Clause)) at--;
  clauses.splice(at, 0, clause);
}

function before(a: Clause, b: Clause): boolean {
  return a.q > b.q || (a.type !== '*' && b.type === '*') || (a.subtype !== '*' && b.subtype === '*');
}

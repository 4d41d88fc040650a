// The recorded kubectl commands, cut to the kinds that the server has.

import { readFileSync } from 'node:fs';

export interface RecordedCommand {
  readonly id: number;
  readonly argv: readonly string[];
  readonly stdin?: string;
  /** Written before the command; they stay. */
  readonly files?: Readonly<Record<string, string>>;
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ApiResource {
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly apiVersion: string;
  readonly kind: string;
}

/** The recorded server's own list of its resources. */
const API_RESOURCES = 6;
/** What the workloads that are missing would have made, as arguments name it. */
const MADE_BY_MISSING =
  /^(db-\d|app=db|app in \(db,web\)|--field-selector=(status\.phase=Succeeded|involvedObject\.kind=CronJob)|--types=Warning)$/;
/** The same in outputs. */
const ROW_OF_MISSING = /(^|[/ "])((once|gen|from-cron)-<|db-\d)|openshift-service-ca/;
/** What quotas and limits add to the description of a namespace. */
const SECTIONS_OF_MISSING = /\n\n(No resource quota|No LimitRange|Resource Quotas?|Resource Limits)[^]*$/;
/** Beyond what rules can tell, kubectl 1.32 prints these otherwise than 1.36 against the same server. */
export const CLIENT_ONLY: ReadonlySet<number> = new Set([
  1, 2, 51, 55, 62, 63, 65, 78, 97, 119, 165, 172, 173, 175, 179, 253, 272, 273,
]);
/** Outputs that depend on KWOK as kubelet, or on how fast pods and namespaces end and events are written: run, not compared. */
export const PACE: ReadonlySet<number> = new Set([59, 81, 83, 84, 206, 230, 231, 252, 293, 294, 312, 313, 314]);

export function readCommands(file: string): RecordedCommand[] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as RecordedCommand);
}

/** The table that `kubectl api-resources -o wide` prints. */
export function parseApiResources(table: string): ApiResource[] {
  return table
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => {
      const cells = line.split(/ +/);
      const at = cells.findIndex((cell) => cell === 'true' || cell === 'false');
      const [plural = '', ...names] = cells.slice(0, at - 1);
      return {
        plural,
        shortNames: names.flatMap((cell) => cell.split(',')),
        apiVersion: cells[at - 1] ?? '',
        kind: cells[at + 1] ?? '',
      };
    });
}

export class Kinds {
  readonly #missing: readonly ApiResource[];
  readonly #served: ReadonlySet<string>;
  readonly #groupVersions: ReadonlySet<string>;
  readonly #names: ReadonlySet<string>;
  readonly #mention: RegExp;

  constructor(commands: readonly RecordedCommand[], served: readonly ApiResource[]) {
    const recorded = parseApiResources(commands.find(({ id }) => id === API_RESOURCES)?.stdout ?? '');
    this.#served = new Set(served.map((item) => `${item.plural} ${item.apiVersion}`));
    this.#groupVersions = new Set(served.map(({ apiVersion }) => apiVersion));
    this.#missing = recorded.filter((item) => !this.#served.has(`${item.plural} ${item.apiVersion}`));
    const servedNames = new Set(served.flatMap(namesOf));
    this.#names = new Set([...this.#missing.flatMap(namesOf), 'widgets'].filter((name) => !servedNames.has(name)));
    const words = [...this.#missing.flatMap(({ plural, kind }) => [plural, kind.toLowerCase()])];
    this.#mention = new RegExp(`(^|: )(${words.join('|')})(\\.[a-z0-9.]+)?(/| ")`);
  }

  /** Why the command is left out; undefined: it is run. */
  reasonToSkip({ argv }: RecordedCommand): string | undefined {
    const end = argv.indexOf('--');
    const words = end < 0 ? argv : argv.slice(0, end);
    if (words.includes('debug')) return 'ephemeral containers';
    if (words.includes('--dry-run=client') && words.includes('create') && !words.includes('role')) return undefined;
    const missing =
      words.some((word) => MADE_BY_MISSING.test(word)) ||
      words.flatMap((word) => (word.startsWith('-') ? [] : word.split(/[/,. ]/))).some((word) => this.#names.has(word));
    return missing ? 'kinds that do not exist' : undefined;
  }

  /** A manifest without the documents of missing kinds. */
  cutManifest(text: string): string {
    const kinds = new Set(this.#missing.map(({ kind }) => kind));
    const documents = text.split(/^---$/m);
    if (documents.length === 1) return text;
    return documents.filter((document) => !kinds.has(/^kind: (\w+)$/m.exec(document)?.[1] ?? '')).join('---');
  }

  /** A recorded output without the lines that speak of missing kinds, and without tables that have no other rows. */
  cutOutput({ argv }: RecordedCommand, text: string): string {
    if (argv.includes('api-resources')) return this.#cutResources(text);
    if (argv.includes('api-versions')) return this.#keep(text, (line) => this.#groupVersions.has(line));
    const described = text.replace(SECTIONS_OF_MISSING, '\n');
    const blocks = described.split('\n\n').map((block) => {
      const cut = this.#keep(block, (line) => !this.#mention.test(line) && !ROW_OF_MISSING.test(line));
      const onlyHeader = cut !== block && /^NAME [^\n]*$/.test(cut.trimEnd());
      return onlyHeader ? undefined : cut;
    });
    return blocks.filter((block) => block !== undefined).join('\n\n');
  }

  #cutResources(text: string): string {
    if (!text.startsWith('NAME')) {
      const names = new Set(this.#missing.map(({ plural, apiVersion }) => nameWithGroup(plural, apiVersion)));
      return this.#keep(text, (line) => !names.has(line));
    }
    const [header = '', ...rows] = text.split('\n');
    const parsed = parseApiResources(text);
    const kept = rows.filter((_, index) => {
      const item = parsed[index];
      return item === undefined || this.#served.has(`${item.plural} ${item.apiVersion}`);
    });
    return [header, ...kept].join('\n');
  }

  #keep(text: string, test: (line: string) => boolean): string {
    return text
      .split('\n')
      .filter((line) => line === '' || test(line))
      .join('\n');
  }
}

function namesOf({ plural, shortNames, kind }: ApiResource): string[] {
  return [plural, kind.toLowerCase(), ...shortNames];
}

function nameWithGroup(plural: string, apiVersion: string): string {
  const [group, version] = apiVersion.split('/');
  return version === undefined ? plural : `${plural}.${group}`;
}

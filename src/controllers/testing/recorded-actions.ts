// The recorded controller scenarios, and what was done in them: one line of text each, read here.

export interface RecordedEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly source: { readonly component?: string };
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

/** Fields by path: `status.replicas`. */
export type ReducedObject = Readonly<Record<string, unknown>> & { readonly kind: string; readonly name: string };

export interface RecordedChange {
  readonly type: string;
  readonly kind: string;
  readonly name: string;
  /** Of a new object all fields, else those that changed; null: it has gone. */
  readonly changed: Readonly<Record<string, unknown>>;
}

export interface Recorded {
  readonly id: string;
  readonly title: string;
  readonly manifests: ReadonlyArray<Record<string, unknown>>;
  readonly actions: readonly string[];
  readonly trace: readonly RecordedChange[];
  readonly final: readonly ReducedObject[];
  readonly events: readonly RecordedEvent[];
}

/** A refusal. */
export interface RecordedAnswer {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
}

/** Of the object `kind`/`name`, whose name may hold placeholders. */
interface Subject {
  readonly kind: string;
  readonly name: string;
}

export type Action =
  /** Of the next manifest. */
  | (Subject & { readonly verb: 'create'; readonly refused?: RecordedAnswer })
  | (Subject & { readonly verb: 'patch'; readonly subresource?: string; readonly type: string; readonly patch: object })
  | (Subject & { readonly verb: 'delete'; readonly options: object })
  | { readonly verb: 'evict'; readonly name: string; readonly refused?: RecordedAnswer }
  | { readonly verb: 'kubectl'; readonly args: readonly string[]; readonly code: number }
  | ({ readonly verb: 'report'; readonly name: string } & Report)
  /** A remark of the recorder. */
  | { readonly verb: 'note'; readonly text: string };

/** What the recorder reported of a pod in place of its kubelet. */
export interface Report {
  readonly phase: 'Running' | 'Succeeded' | 'Failed';
  readonly ready: boolean;
  readonly exitCode: number;
  /** Types of conditions that are true besides. */
  readonly conditions: readonly string[];
}

/** Throws where the line is none of those forms. */
export function parseAction(line: string): Action {
  const at = line.indexOf('  -> ');
  const text = at < 0 ? line : line.slice(0, at);
  const answer = at < 0 ? '' : line.slice(at + 5);
  const [verb = '', subject = ''] = text.split(' ');
  if (text.startsWith('(')) return { verb: 'note', text };
  const [kind = '', name = ''] = subject.split('/');
  if (verb === 'create') return { verb, kind, name, ...refusal(answer) };
  if (verb === 'patch') {
    const [, subresource] = /--subresource=(\w+)/.exec(text) ?? [];
    const [, type = ''] = /^[^{]* (merge|strategic|json) /.exec(text) ?? [];
    const patch = JSON.parse(text.slice(text.indexOf('{'))) as object;
    return { verb, kind, name, type, patch, ...(subresource === undefined ? {} : { subresource }) };
  }
  if (verb === 'delete') return { verb, kind, name, options: JSON.parse(/\{.*/.exec(text)?.[0] ?? '{}') as object };
  if (verb === 'evict') return { verb, name: text.split(' ')[2] ?? '', ...refusal(answer) };
  if (verb === 'kubectl') {
    return { verb, args: text.split(' ').slice(1), code: Number(/^rc (\d+)/.exec(answer)?.[1] ?? 0) };
  }
  const report = /^kubelet: pod (\S+) (Running|Succeeded|Failed)/.exec(text);
  if (report === null) throw new Error(`unknown action: ${line}`);
  return {
    verb: 'report',
    name: report[1] ?? '',
    phase: report[2] as Report['phase'],
    ready: text.includes('Ready=True'),
    exitCode: Number(/exit code (\d+)/.exec(text)?.[1] ?? 0),
    conditions: JSON.parse(/conditions (\[.*\])/.exec(text)?.[1] ?? '[]') as string[],
  };
}

/** `403 Forbidden: pods "a" is forbidden: …` */
function refusal(answer: string): { refused?: RecordedAnswer } {
  const found = /^([45]\d\d) (\w+): (.*)$/s.exec(answer);
  if (found === null) return {};
  const [, code, reason = '', message = ''] = found;
  return { refused: { code: Number(code), reason, message } };
}

import { request } from 'node:https';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface Ask {
  readonly method?: string;
  readonly token?: string;
  readonly json?: unknown;
  /** PEM of the authority to trust beside none else; unset: the well-known ones. */
  readonly ca?: string | undefined;
}

/** One HTTPS request. Rejects if there is no answer within 30 s. */
export function ask(url: string, { method = 'GET', token, json, ca }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const body = json === undefined ? undefined : JSON.stringify(json);
    const outgoing = request(
      url,
      {
        method,
        timeout: 30_000,
        ...(ca === undefined ? {} : { ca }),
        headers: {
          ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
          ...(body === undefined
            ? {}
            : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      },
    );
    outgoing.on('error', reject);
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 30 seconds')));
    outgoing.end(body);
  });
}

// The floor: what this workerd does for the least code that could do a job. Every figure of the benchmarks is told as a
// share of one of these. Nothing of Kubewisp is in it.

import { DurableObject } from 'cloudflare:workers';

const CHUNK_BYTES = 1 << 20;

interface Env {
  readonly FLOOR: DurableObjectNamespace<Floor>;
}

export class Floor extends DurableObject<Env> {
  constructor(context: DurableObjectState, env: Env) {
    super(context, env);
    const { sql } = context.storage;
    sql.exec('CREATE TABLE IF NOT EXISTS rows (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID');
    sql.exec('CREATE TABLE IF NOT EXISTS log (id INTEGER PRIMARY KEY, value TEXT NOT NULL)');
    sql.exec('CREATE TABLE IF NOT EXISTS blob (chunk INTEGER PRIMARY KEY, bytes BLOB NOT NULL)');
  }

  override async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    switch (url.pathname) {
      case '/read':
        return this.#read(url.searchParams.get('key') ?? '');
      case '/insert':
        return this.#insert(await request.text());
      case '/blob':
        return request.method === 'PUT' ? this.#storeBlob(Number(url.searchParams.get('bytes'))) : this.#streamBlob();
      case '/rows':
        return this.#seedRows(Number(url.searchParams.get('count')), await request.text());
      default:
        return new Response(null, { status: 404 });
    }
  }

  /** One indexed read. */
  #read(key: string): Response {
    const { sql } = this.ctx.storage;
    for (const { value } of sql.exec<{ value: string }>('SELECT value FROM rows WHERE key = ?', key)) {
      return new Response(value, { headers: { 'Content-Type': 'application/json' } });
    }
    return new Response(null, { status: 404 });
  }

  /** One insert per request. */
  #insert(value: string): Response {
    this.ctx.storage.sql.exec('INSERT INTO log (value) VALUES (?)', value);
    return new Response(value, { status: 201, headers: { 'Content-Type': 'application/json' } });
  }

  #seedRows(count: number, value: string): Response {
    this.ctx.storage.transactionSync(() => {
      for (let i = 0; i < count; i++) {
        this.ctx.storage.sql.exec('INSERT OR REPLACE INTO rows (key, value) VALUES (?, ?)', `row-${i}`, value);
      }
    });
    return new Response(null, { status: 201 });
  }

  #storeBlob(bytes: number): Response {
    this.ctx.storage.sql.exec('DELETE FROM blob');
    for (let from = 0; from < bytes; from += CHUNK_BYTES) {
      const chunk = new Uint8Array(Math.min(CHUNK_BYTES, bytes - from)).fill(0x61);
      this.ctx.storage.sql.exec('INSERT INTO blob (bytes) VALUES (?)', chunk.buffer);
    }
    return new Response(null, { status: 201 });
  }

  /** Streams the stored blob, a row at a time. */
  #streamBlob(): Response {
    const { sql } = this.ctx.storage;
    let chunk = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        chunk += 1;
        const [row] = sql.exec<{ bytes: ArrayBuffer }>('SELECT bytes FROM blob WHERE chunk = ?', chunk).toArray();
        if (row === undefined) controller.close();
        else controller.enqueue(new Uint8Array(row.bytes));
      },
    });
    return new Response(body, { headers: { 'Content-Type': 'application/json' } });
  }
}

const worker: ExportedHandler<Env> = {
  fetch(request, env) {
    const path = new URL(request.url).pathname;
    if (path === '/livez' || path === '/empty') return new Response('ok');
    return env.FLOOR.get(env.FLOOR.idFromName('floor')).fetch(request);
  },
};

export default worker;

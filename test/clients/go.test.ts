// client-go, as programs use it: the steps are in the folder go.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestServer } from '../support/server.ts';
import { startServer } from '../support/server.ts';
import { buildGo, hasTool, runRound } from '../support/toolchain.ts';

const FOLDER = new URL('go/', import.meta.url).pathname;
const STEPS = 9;

describe.skipIf(!hasTool('client-go', 'go', ['version']))('client-go', () => {
  let server: TestServer;
  let program: string;

  beforeAll(async () => {
    program = buildGo(FOLDER);
    server = await startServer();
  }, 600_000);

  afterAll(async () => {
    await server?.stop();
  });

  it('passes each step of its round', async () => {
    const { passed, failed, output } = await runRound(program, [server.kubeconfig], 150_000);
    expect(failed, output).toEqual([]);
    expect(passed, output).toHaveLength(STEPS);
  }, 180_000);
});

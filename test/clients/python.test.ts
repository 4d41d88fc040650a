// The official Python client, as programs use it: the steps are in the folder python.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestServer } from '../support/server.ts';
import { startServer } from '../support/server.ts';
import { hasTool, pythonWith, runRound } from '../support/toolchain.ts';

const FOLDER = new URL('python/', import.meta.url).pathname;
const STEPS = 6;

describe.skipIf(!hasTool('the Python client', 'python3', ['-c', 'import ensurepip, venv']))('the Python client', () => {
  let server: TestServer;
  let python: string;

  beforeAll(async () => {
    python = pythonWith(`${FOLDER}requirements.txt`);
    server = await startServer();
  }, 600_000);

  afterAll(async () => {
    await server?.stop();
  });

  it('passes each step of its round', async () => {
    const args = [`${FOLDER}client_round.py`, server.kubeconfig];
    const { passed, failed, output } = await runRound(python, args, 150_000);
    expect(failed, output).toEqual([]);
    expect(passed, output).toHaveLength(STEPS);
  }, 180_000);
});

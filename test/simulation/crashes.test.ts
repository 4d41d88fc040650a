// A crash before and after every single write of a scripted run of a Deployment, a StatefulSet, a Job and a CronJob: the
// state in which the cluster comes to rest is the one of the run without a crash.
//
// Every step of a component is a transaction of its own here, so that there are the most moments to crash at. CRASH_EVERY
// (17; 1: every write) and CRASH_FROM say which writes are tried; a failure names its write.

import { expect, it } from 'vitest';
import type { CrashPlan } from './day/crashing-store.ts';
import { differences, playScript } from './day/script.ts';

const EVERY = Number(process.env['CRASH_EVERY'] ?? 17);
const FROM = Number(process.env['CRASH_FROM'] ?? 1);
const MINUTE = 60_000;

it('a crash at any write leaves no trace', { timeout: 20 * MINUTE }, async () => {
  const undisturbed = await playScript();
  console.log(`${undisturbed.writes} writes, each ${EVERY}th of them is crashed at`);
  expect(undisturbed.writes).toBeGreaterThan(100);
  for (let write = FROM; write <= undisturbed.writes; write += EVERY) {
    for (const when of ['before', 'after'] as const) {
      const plan: CrashPlan = { write, when };
      const played = await playScript(plan);
      const what = `crash ${when} write ${write}: CRASH_FROM=${write}`;
      expect(played.crashes, what).toBe(1);
      expect(differences(undisturbed.state, played.state), what).toEqual([]);
    }
  }
});

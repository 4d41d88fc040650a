import { describe, expect, test } from 'vitest';
import type { Lease } from '../api/types/coordination-v1.ts';
import { formatMicroTime } from '../lib/clock.ts';
import { Heartbeats, STANDING_ANNOTATION } from './heartbeats.ts';

const T = Date.parse('2026-01-02T03:04:05Z');
const MINUTE = 60_000;

function lease(renewed: number, annotations?: Record<string, string>): Lease {
  return {
    kind: 'Lease',
    apiVersion: 'coordination.k8s.io/v1',
    metadata: { name: 'n', namespace: 'kube-node-lease', ...(annotations === undefined ? {} : { annotations }) },
    spec: { holderIdentity: 'n', renewTime: formatMicroTime(renewed) },
  } as Lease;
}

function begun(): { clock: { at: number; now(): number }; beats: Heartbeats } {
  const clock = { at: T, now: () => clock.at };
  return { clock, beats: new Heartbeats(clock) };
}

const renewTime = (read: Lease) => read.spec?.renewTime;

describe('heartbeats', () => {
  test('a renewal alone is kept in memory, and reads show the newest', () => {
    const { clock, beats } = begun();
    const durable = lease(T);
    clock.at += MINUTE;
    expect(beats.absorb(lease(clock.at), durable)).toBe(true);
    expect(renewTime(beats.overlay(durable))).toBe(formatMicroTime(T + MINUTE));
    expect(beats.absorb(lease(T + 1), durable)).toBe(true);
    expect(renewTime(beats.overlay(durable))).toBe(formatMicroTime(T + MINUTE));
    expect(renewTime(durable)).toBe(formatMicroTime(T));
  });

  test('it becomes durable every five minutes, and when it says anything else', () => {
    const { clock, beats } = begun();
    const durable = lease(T);
    const other = lease(T + 1);
    expect(beats.absorb({ ...other, spec: { ...other.spec, holderIdentity: 'm' } }, durable)).toBe(false);
    clock.at += 5 * MINUTE;
    expect(beats.absorb(lease(clock.at), durable)).toBe(false);
  });

  test('a standing node reads as renewed now', () => {
    const { clock, beats } = begun();
    clock.at += 60 * MINUTE;
    expect(renewTime(beats.overlay(lease(T, { [STANDING_ANNOTATION]: 'true' })))).toBe(formatMicroTime(clock.at));
  });

  test('after a cold start nobody is taken for dead: a recent lease reads as renewed then, an old one as it is', () => {
    const { beats } = begun();
    expect(renewTime(beats.overlay(lease(T - 6 * MINUTE)))).toBe(formatMicroTime(T));
    const dead = lease(T - 11 * MINUTE);
    expect(beats.overlay(dead)).toBe(dead);
  });

  test('a node that is forgotten reads as the log has it', () => {
    const { beats } = begun();
    beats.renew('n', T + 5000);
    beats.forget('n');
    expect(renewTime(beats.overlay(lease(T)))).toBe(formatMicroTime(T));
  });
});

// A stage: one step in the life of a container, as data. In the spirit of the Stage objects of KWOK: a selector says
// where it applies, a delay when it happens, a weight which of several, and `next` what then becomes of the container.

import type { Context, EventInput } from './context.ts';
import type { ContainerPhase, ContainerRun, PodRun } from './pod-run.ts';

/** What a stage is asked about. */
export interface Subject {
  readonly container: ContainerRun;
  readonly run: PodRun;
  readonly context: Context;
}

export interface Delay {
  /** Milliseconds after the stage was chosen. */
  readonly ms: number;
  /** Up to so many more, evenly spread. Default 0. */
  readonly jitter?: number;
}

export interface Stage {
  readonly name: string;
  readonly from: ContainerPhase;
  /** Default: always. Must not change anything. */
  readonly selector?: (subject: Subject) => boolean;
  /** A span, or the time (milliseconds since the epoch) itself. */
  readonly delay: Delay | ((subject: Subject) => number);
  /** Of several stages that apply one is drawn by weight. Default 1. */
  readonly weight?: number;
  readonly to: ContainerPhase;
  /** The status does not show the new phase: no update for its sake. */
  readonly silent?: boolean;
  readonly events?: (subject: Subject) => readonly EventInput[];
  /** Changes the container beyond its phase. Runs before `events`. */
  readonly next?: (subject: Subject) => void;
}

/** One of the stages that apply, and when it is due (milliseconds): its delay after `context.at`, or the time it names. */
export function chooseStage(stages: readonly Stage[], subject: Subject): { stage: Stage; due: number } | undefined {
  const { container, context } = subject;
  let total = 0;
  let chosen: Stage | undefined;
  for (const stage of stages) {
    if (stage.from !== container.phase || stage.selector?.(subject) === false) continue;
    const weight = stage.weight ?? 1;
    total += weight;
    // Reservoir of one. No draw for a single candidate, so that a run does not depend on how many stages there are.
    if (chosen === undefined || context.random.next() * total < weight) chosen = stage;
  }
  if (chosen === undefined) return undefined;
  if (typeof chosen.delay === 'function') return { stage: chosen, due: chosen.delay(subject) };
  const { ms, jitter = 0 } = chosen.delay;
  return { stage: chosen, due: context.at + ms + (jitter === 0 ? 0 : Math.floor(context.random.next() * jitter)) };
}

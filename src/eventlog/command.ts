// What both implementations make of a command.

import type { Command, LogEvent } from './log.ts';
import type { Tip } from './transactions.ts';

/** Throws where verb and expected revision contradict each other: only a bug asks for that. */
export function checkCommand(command: Command): void {
  if ((command.verb === 'create') !== (command.expected === 0)) {
    throw new Error(
      `${command.verb} of ${command.resource} ${command.namespace}/${command.name} expects revision ${command.expected}`,
    );
  }
}

/** The event that an accepted command becomes. */
export function eventOf(command: Command, tip: Tip): LogEvent {
  const rev = tip.head + 1;
  return {
    rev,
    at: Math.max(command.at, tip.at),
    actor: command.actor,
    agent: command.agent,
    cause: command.cause,
    verb: command.verb,
    resource: command.resource,
    namespace: command.namespace,
    name: command.name,
    uid: command.uid,
    previous: command.expected,
    object: command.object(rev),
  };
}

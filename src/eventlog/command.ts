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

/** Length in UTF-8, without making the bytes. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 ? 1 : 2;
    // A pair of surrogates is two units and four bytes.
    if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text.charCodeAt(i + 1))) i++;
  }
  return bytes;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

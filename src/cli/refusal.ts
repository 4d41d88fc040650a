// What ends a command with one clear line and exit code 1: something the user can put right.

export class Refusal extends Error {}

/** The text of a system error's code, for messages; the error's own message if it has none. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EROFS':
      return 'the file system is read-only';
    case 'ENOSPC':
      return 'no space is left';
    case 'ENOTDIR':
      return 'a part of the path is not a directory';
    case 'ENOENT':
      return 'it does not exist';
    case 'ECONNREFUSED':
      return 'nothing answers there';
    case undefined:
    default:
      return error.message;
  }
}

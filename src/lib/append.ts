/** Puts `items` behind what is in `list`. (A spread into `push` takes stack for each of them, and a body can hold more than fit.) */
export function append<T>(list: T[], items: Iterable<T>): void {
  for (const item of items) list.push(item);
}

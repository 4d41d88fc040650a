// The images on one node.

import type { ContainerImage } from '../../api/types/core-v1.ts';
import type { Image } from './images.ts';
import { listedImage } from './images.ts';

/** Upstream's nodeStatusMaxImages. */
const MAX_LISTED = 50;

export class NodeImages {
  /** Name to the time (milliseconds) its pull is over. */
  readonly #present = new Map<string, number>();
  readonly #listed = new Map<string, ContainerImage>();

  has(image: Image, now: number): boolean {
    const at = this.#present.get(image.name);
    return at !== undefined && at <= now;
  }

  /** When the pull of this image is over that another container has begun; undefined: no one has. */
  arrival(image: Image): number | undefined {
    return this.#present.get(image.name);
  }

  pulling(image: Image, until: number): void {
    this.#present.set(image.name, until);
  }

  pulled(image: Image): void {
    this.#listed.set(image.name, listedImage(image));
  }

  /** What an earlier life of this node had pulled. */
  restore(images: readonly ContainerImage[]): void {
    for (const image of images) {
      for (const name of image.names ?? []) {
        if (!this.#present.has(name)) this.#present.set(name, 0);
      }
      const last = image.names?.at(-1);
      if (last !== undefined && !this.#listed.has(last)) this.#listed.set(last, image);
    }
  }

  /** Largest first, as upstream's `status.images`. */
  list(): ContainerImage[] {
    const size = (image: ContainerImage): number => image.sizeBytes ?? 0;
    const name = (image: ContainerImage): string => image.names?.[0] ?? '';
    return [...this.#listed.values()]
      .sort((a, b) => size(b) - size(a) || (name(a) < name(b) ? -1 : 1))
      .slice(0, MAX_LISTED);
  }
}

// Nodes that have the pod's images already are liked better, the more so the larger and the more widespread they are.
// Models pkg/scheduler/framework/plugins/imagelocality.

import type { ScorePlugin } from '../framework.ts';
import { MAX_SCORE } from '../framework.ts';

const MIB = 1024 * 1024;
const SMALLEST = 23 * MIB;
const LARGEST_PER_CONTAINER = 1000 * MIB;

export const imageLocality: ScorePlugin = {
  name: 'ImageLocality',
  weight: 1,

  score({ images }, node, cluster) {
    let sum = 0;
    for (const image of images) {
      const size = node.images.get(image);
      if (size !== undefined) sum += Math.floor(size * (cluster.nodesWithImage(image) / cluster.nodeCount));
    }
    const largest = LARGEST_PER_CONTAINER * images.length;
    const bounded = Math.min(Math.max(sum, SMALLEST), largest);
    return Math.floor((MAX_SCORE * (bounded - SMALLEST)) / (largest - SMALLEST));
  },
};

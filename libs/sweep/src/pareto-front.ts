/** A trial in two figures of which less is better. */
export interface TwoFigures {
  readonly x: number;
  readonly y: number;
}

/** Those that no other one beats in one figure without being worse in the other. */
export function paretoFront<Point extends TwoFigures>(points: readonly Point[]): Point[] {
  return points.filter((point) => !points.some((other) => other.x <= point.x && other.y <= point.y && (other.x < point.x || other.y < point.y)));
}

/** A trial in two figures of which less is better. */
export interface TwoFigures {
  readonly x: number;
  readonly y: number;
}

/** Those that no other one beats in one figure without being worse in the other. A point with a figure that is not finite is none of them. */
export function paretoFront<Point extends TwoFigures>(points: readonly Point[]): Point[] {
  const finite = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  return finite.filter((point) => !finite.some((other) => other.x <= point.x && other.y <= point.y && (other.x < point.x || other.y < point.y)));
}

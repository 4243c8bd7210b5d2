import type { OwnCode } from '@lethe/code';

type Tree = Readonly<Record<string, unknown>>;

/**
 * The modules of the run's user that a configuration names, in the order game, data. It reads what is saved, before it can be checked:
 * the settings of an own game are checked by the game.
 */
export function codeNamedBy(config: unknown): Omit<OwnCode, 'text'>[] {
  const [game, data] = [treeAt(config, 'objective'), treeAt(treeAt(config, 'data'), 'own')];
  return [
    ...(typeof game['code'] === 'string' ? [{ role: 'game', name: nameOf(game['game']), sha256: game['code'] } as const] : []),
    ...(typeof data['code'] === 'string' ? [{ role: 'data', name: nameOf(data['reader']), sha256: data['code'] } as const] : []),
  ];
}

function treeAt(value: unknown, name: string): Tree {
  const found = typeof value === 'object' && value !== null ? (value as Tree)[name] : undefined;
  return typeof found === 'object' && found !== null ? (found as Tree) : {};
}

function nameOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

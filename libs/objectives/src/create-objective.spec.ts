import { hashOfCode, loadCode } from '@lethe/code';
import type { ObjectiveConfig } from '@lethe/config';
import { expect, it } from 'vitest';
import { createObjective } from './create-objective.js';
import type { GameFacts } from './game-facts.js';

const FACTS = {} as GameFacts;

/** A game of which `play` alone matters. */
async function configOf(play: string): Promise<ObjectiveConfig> {
  const text = `export default { kind: 'lethe-game', name: 'late', play: ${play} };`;
  const code = hashOfCode(text);
  await loadCode({ role: 'game', sha256: code, text });
  return { kind: 'own', game: 'late', code, optimizers: {} };
}

it('refuses a game that is another in every process, wherever it draws', async () => {
  const refused: unknown = expect.objectContaining({ code: 'TRACE_RANDOMNESS' });
  const drawn = await configOf('() => ({ encodedSize: Math.random() })');
  expect(() => createObjective(drawn, FACTS)).toThrow(refused);
  const timed = await configOf(`() => ({
    scalars: (round) => ({ round, time: round === 0 ? 0 : Date.now() }),
    freshStarts: [{ network: 'probe', begins: () => Math.random() < 0.5 }],
  })`);
  const { scalars, freshStarts } = createObjective(timed, FACTS);
  expect(scalars(0)).toEqual({ round: 0, time: 0 });
  expect(() => scalars(1)).toThrow(refused);
  expect(() => freshStarts[0]?.begins(1)).toThrow(refused);
});

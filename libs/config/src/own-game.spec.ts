import { hashOfCode, loadCode } from '@lethe/code';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileConfig, parseConfig } from './compile-config.js';
import { mergeConfig } from './merge-config.js';
import { completeOptimizer } from './optimizer-defaults.js';
import { configuredGame, defaultsOf } from './own-game.js';
import type { ConfigLayer } from './layer.js';
import { applyResumeOverrides } from './resume-overrides.js';
import { figuresOf } from './figures.js';

const machine = { cores: 2, gpus: 0, engine: 'native' } as const;
const optimizer = completeOptimizer();

/** As a bundle has it: a module that exports the definition, and its own copy of what makes schemas. */
const TEXT = `import { z } from '${import.meta.resolve('zod')}';
export default {
  kind: 'lethe-game', name: 'speaker',
  settings: z.strictObject({ beta: z.number().min(0).default(1), latentSize: z.int().min(1).default(8), target: z.string() }),
  optimizers: { encoder: ${JSON.stringify(optimizer)}, adversary: ${JSON.stringify(optimizer)} },
  figures: ['kept_accuracy', 'hidden_loss'],
};`;
const sha256 = hashOfCode(TEXT);
beforeAll(() => loadCode({ role: 'game', sha256, text: TEXT }));

function layer(values: ConfigLayer['values']): ConfigLayer {
  return { source: 'flags', values, label: (path) => `--${path.slice(path.lastIndexOf('.') + 1)}` };
}

const OBJECTIVE = {
  kind: 'own', game: 'speaker', code: sha256, optimizers: { encoder: optimizer, adversary: optimizer },
  beta: 1, latentSize: 8, target: 'ill',
};
const OWN = layer({
  recipe: 'keep-and-forget', objective: OBJECTIVE, monitor: 'kept_accuracy', data: { folder: '/data', kind: 'table', keep: ['ill'] },
});

describe('the configuration of an own game', () => {
  it('has the game in place of the one of the recipe, and nothing drawn', () => {
    const { config } = mergeConfig(machine, [OWN, layer({ objective: { beta: 2, optimizers: { '*': { learningRate: 0.01 } } } })]);
    expect(config.objective).toEqual({
      ...OBJECTIVE, beta: 2,
      optimizers: { encoder: { ...optimizer, learningRate: 0.01 }, adversary: { ...optimizer, learningRate: 0.01 } },
    });
    expect(config).toMatchObject({ recipe: 'keep-and-forget', monitor: 'kept_accuracy', grid: false });
    expect(figuresOf(config)).toEqual(['kept_accuracy', 'hidden_loss']);
  });

  it('may keep and forget nothing', () => {
    expect(mergeConfig(machine, [OWN, layer({ data: { keep: [], forget: [] } })]).config.data).toMatchObject({ keep: [], forget: [] });
  });

  it('knows the defaults of settings that have any', () => {
    const game = configuredGame({ code: sha256 });
    expect(game === null ? null : defaultsOf(game)).toEqual({ beta: 1, latentSize: 8 });
    expect(configuredGame({ code: null })).toBeNull();
  });

  it.each([
    [{ beta: -1 }, '--beta: expected at least 0, found -1'],
    [{ target: undefined }, 'target: expected text, found nothing'],
    [{ latentSiz: 3 }, '--latentSiz: expected a known setting, found the unknown name "latentSiz" (did you mean objective.latentSize?)'],
    [{ optimizers: { encodr: optimizer } },
      'encodr: expected networks of the game (encoder, adversary), found encodr (did you mean encoder?)'],
    [{ code: 'game.ts' }, '--code: expected the SHA-256 of a module (--game ./game.ts), found "game.ts"'],
  ])('refuses %o', (objective, message) => {
    const { target: _, ...rest } = OBJECTIVE;
    const base = 'target' in objective ? layer({ ...OWN.values, objective: rest }) : OWN;
    expect(() => mergeConfig(machine, [base, layer({ objective })])).toThrow(message);
  });

  it('watches a figure of the game, with data of one population, and draws no grid after epochs', () => {
    const given = (values: ConfigLayer['values']) => () => mergeConfig(machine, [OWN, layer(values)]);
    expect(given({ monitor: 'kept_loss' })).toThrow('--monitor: expected a figure of speaker (kept_accuracy, hidden_loss)');
    expect(given({ grid: true })).toThrow('--grid: expected no style grid after each epoch of an own game');
    expect(given({ data: { kind: 'domains' } })).toThrow('--kind: expected data of one population, for the game speaker, found "domains"');
  });

  it('is read where its code is not loaded, without a check of its settings', () => {
    const { config } = mergeConfig(machine, [OWN]);
    const elsewhere = { ...config, objective: { ...config.objective, code: '0'.repeat(64), beta: -1, further: [1] } };
    expect(parseConfig(elsewhere).objective).toMatchObject({ beta: -1, further: [1] });
    expect(compileConfig(elsewhere).config.monitor).toBe('kept_accuracy');
  });

  it('goes on with the game that it was begun with', () => {
    const saved = { version: 6, ...mergeConfig(machine, [OWN]).config };
    expect(() => applyResumeOverrides(saved, [layer({ objective: { code: '1'.repeat(64) } })])).toThrow('as the run was started');
    expect(applyResumeOverrides(saved, [layer({ objective: { code: sha256 } })]).config.objective).toEqual(OBJECTIVE);
  });
});

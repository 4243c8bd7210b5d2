import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeTraining, planLines, train, type Settings } from '@lethe/lethe';
import { EXIT } from '@lethe/lethe/exit-codes';
import { makeSmallData } from '@lethe/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lethe } from './lethe-process.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-dry-run-'));
beforeAll(() => { makeSmallData(join(folder, 'data')); });
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

const SMALL: Settings = {
  recipe: 'quick', dataDir: 'data', batchSize: 16, heldOut: 0, rounds: 24, grid: false, evaluation: false, workers: 2, classifierTurns: 2,
  batchPer: 'step', frozenMode: 'evaluation',
};

describe('a dry run', () => {
  it('says what the run is that is trained then, and writes nothing', async () => {
    const notices: string[] = [];
    const plan = await describeTraining(SMALL, { folder, onNotice: (line) => { notices.push(line); } });
    expect(existsSync(join(folder, 'runs'))).toBe(false);
    expect(notices.join('\n')).toContain('examples trained on');
    const { summary, totalRounds, config } = await train(SMALL, { folder }).done;
    const round = { sent: summary.wire.bytes_sent / totalRounds / 2, received: summary.wire.bytes_received / totalRounds / 2 };
    // Each message has a head, and in the end the test examples are scored.
    for (const [found, planned] of [[round.sent, plan.traffic.bytesSent], [round.received, plan.traffic.bytesReceived]] as const) {
      expect(found / planned).toBeGreaterThan(1);
      expect(found / planned).toBeLessThan(1.1);
    }
    expect(plan).toMatchObject({
      recipe: 'quick', game: 'forgetting', rounds: totalRounds, traffic: { workers: 2 },
      examples: { shape: [8, 8, 1], heldOut: 0, batch: config.batchSize, batchPer: 'step', shards: config.shards },
      phases: [
        {
          name: 'classifier', trains: 'classifier', innerSteps: 2, frozenMode: 'evaluation',
          losses: { classifier_loss: expect.closeTo(Math.log(4), 0) as number },
        },
        { name: 'autoencoder', trains: 'autoencoder', innerSteps: 1 },
      ],
    });
    for (const { name, parameters, optimizers } of plan.groups) {
      const networks = plan.networks.filter(({ group }) => group === name);
      expect(networks.reduce((sum, network) => sum + network.parameters, 0)).toBe(parameters);
      expect(networks.flatMap(({ layers }) => layers).reduce((sum, layer) => sum + layer.parameters, 0)).toBe(parameters);
      expect(Object.values(optimizers)[0]).toEqual(config.objective.kind === 'forgetting' ? config.objective.optimizers.encoder : null);
    }
    expect(planLines(plan)).toEqual(expect.arrayContaining([
      expect.stringMatching(/^ {2}conv1 +weight \[3, 3, 1, 16\], bias \[16\] +160$/),
      expect.stringMatching(/^classifier +classifier +2 +classifier, autoencoder \(evaluation\) +classifier_loss 1\.\d+$/),
    ]));
  }, 60_000);

  it('prints JSON for programs, what it says of the data goes to standard error', async () => {
    const flags = ['--recipe', 'quick', '--data-dir', join(folder, 'data'), '--held-out', '8', '--batch-size', '16'];
    const ended = await lethe(['train', ...flags, '--runs-dir', join(folder, 'none'), '--dry-run', '--json']);
    expect(ended.code).toBe(EXIT.ok);
    const plan: unknown = JSON.parse(ended.output.slice(ended.output.indexOf('\n{\n')));
    expect(plan).toMatchObject({ game: 'forgetting', traffic: { bytesSent: expect.any(Number) as number } });
    expect(existsSync(join(folder, 'none'))).toBe(false);
  }, 60_000);
});

import { hostname } from 'node:os';
import type { DataFacts } from '@lethe/data';
import { errorMessage } from '@lethe/errors';
import { listenerTrust, memberTrust, receiveProcessStart } from '@lethe/programs';
import { runParameterServer } from '@lethe/parameter-store';
import { describeRun, freshValues } from '@lethe/graphs';
import { createZeroMqTransport } from '@lethe/transport';

async function main(): Promise<void> {
  const start = await receiveProcessStart();
  const { controlAddress, dataAddress, runId, epoch, incarnation } = start;
  await runParameterServer({
    transport: createZeroMqTransport(),
    controlAddress, dataAddress, runId, epoch, incarnation,
    listenerTrust: listenerTrust(start),
    memberTrust: memberTrust(start),
    host: hostname(),
    processId: process.pid,
    planOf: (config, dataFacts) => {
      const description = describeRun(config, dataFacts as DataFacts);
      return {
        ...description,
        phases: description.objective.phases,
        freshValues: (group, step) => freshValues(description, group, step),
      };
    },
  });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${errorMessage(error)}\n`);
    process.exit(1);
  },
);

import { hostname } from 'node:os';
import { loadCode } from '@lethe/code';
import type { DataFacts } from '@lethe/data';
import { errorMessage } from '@lethe/errors';
import { listenerTrust, memberTrust, receiveProcessStart, type ProcessStart } from '@lethe/programs';
import { runParameterServer } from '@lethe/parameter-store';
import { describeRun, freshNetworks } from '@lethe/graphs';
import { openLog, type Log } from '@lethe/telemetry/log';
import { createZeroMqTransport, loggedTransport, reachedAddress } from '@lethe/transport';

async function main(): Promise<void> {
  const start = await receiveProcessStart();
  const { name, runId, epoch, logFile, logLevel, controlAddresses } = start;
  const [run = ''] = runId.split('/');
  const log = openLog({ file: logFile, level: logLevel, position: { process: name, run, epoch }, onWarning: printError });
  try {
    log.info({ controlAddresses, node: process.version }, 'a parameter server starts');
    await serve(start, log);
    log.info({}, 'the parameter server ends');
  } catch (error) {
    log.error({ error }, 'the parameter server ends with an error');
    throw error;
  }
}

async function serve(start: ProcessStart, log: Log): Promise<void> {
  const { controlAddresses, dataAddress, runId, epoch, incarnation } = start;
  const [transport, trust] = [createZeroMqTransport(), memberTrust(start)];
  await runParameterServer({
    transport: loggedTransport(transport, log),
    log,
    controlAddress: await reachedAddress(controlAddresses, transport, trust), dataAddress, runId, epoch, incarnation,
    listenerTrust: listenerTrust(start),
    memberTrust: trust,
    host: hostname(),
    processId: process.pid,
    planOf: async (config, dataFacts, code) => {
      for (const own of code) await loadCode(own);
      const description = describeRun(config, dataFacts as DataFacts);
      return {
        ...description,
        phases: description.objective.phases,
        freshNetworks: (group, step) => freshNetworks(description, group, step),
      };
    },
  });
}

function printError(line: string): void {
  process.stderr.write(`${line}\n`);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    printError(errorMessage(error));
    process.exit(1);
  },
);

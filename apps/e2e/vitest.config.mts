import { projectTests } from '../../vitest.shared.mts';

export default projectTests(import.meta.dirname, {
  filesAtOnce: 2,
  startPrograms: true,
  ownProcesses: true,
  longest: ['package.spec.ts', 'chaos.spec.ts', 'recovery.spec.ts', 'adaptation.spec.ts', 'nx.spec.ts', 'forgetting.spec.ts'],
});

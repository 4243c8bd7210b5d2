import { projectTests } from '../../vitest.shared.mts';

export default projectTests(import.meta.dirname, { ownProcesses: true });

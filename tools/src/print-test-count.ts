import { countProjects, listProjects } from './count-tests.js';

const { passed, failed } = countProjects(listProjects(process.cwd()));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

import type { DoctorCommand } from '../command-line/command.js';

/** Not wired yet. */
export async function runDoctor(_command: DoctorCommand): Promise<number> {
  throw new Error('the doctor is not wired yet');
}

/**
 * Whether tests are played whose promise others of their file show by an example that differs more from the rest: `npx nx run e2e:all`
 * plays them, and what is run for every change does without. Each costs tens of seconds.
 */
export const isThorough = process.env['LETHE_TEST_ALL'] !== undefined;

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { agentVersion } from './version.ts';

test('the agent tells the version of its package', () => {
  const packageFile: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  expect(packageFile).toMatchObject({ version: agentVersion });
});

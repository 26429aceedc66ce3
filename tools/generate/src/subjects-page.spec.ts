import { agentSubjects } from '@kanade/messaging';
import { expect, it } from 'vitest';
import { subjectsPage } from './subjects-page.ts';

it('the page of subjects has a row for each an agent may use', () => {
  const { path, text } = subjectsPage();
  expect(path).toBe('docs/subjects.md');
  for (const { subject, purpose } of agentSubjects) expect(text).toContain(`| \`${subject}\` | ${purpose} |`);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatProblem, readManifest } from './read-manifest.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'kanade-manifest-'))));
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function read(text: string) {
  const file = join(folder, 'job.yaml');
  writeFileSync(file, text);
  return readManifest(file);
}

function problems(text: string): string[] {
  const result = read(text);
  return 'problems' in result ? result.problems.map((found) => formatProblem(found).slice(folder.length + 1)) : [];
}

describe('readManifest', () => {
  it('reads the script a manifest points to', () => {
    writeFileSync(join(folder, 'hello.sh'), 'echo こんにちは\n');
    expect(read('id: hello\nversion: "1"\nexecute:\n  shell: sh\n  scriptFile: hello.sh\n')).toMatchObject({
      manifest: { id: 'hello', execute: { script: 'echo こんにちは\n', timeout: '15m', runAs: 'system' } },
    });
  });

  it('names file, line and path of an unknown key', () => {
    expect(problems('id: hello\nversion: "1"\nexecute:\n  shell: sh\n  run_as: user\n  script: ls\n')).toEqual([
      'job.yaml:5: execute.run_as: unknown key; remove it or correct its name',
    ]);
  });

  it('names every mistake at once', () => {
    expect(problems('id: Hello!\nversion: "1"\nexecute:\n  shell: fish\n  timeout: 5\n  script: ls\n').map((line) => line.split(':')[1])).toEqual(['1', '4', '5']);
  });

  it('explains YAML that is no YAML', () => {
    expect(problems('id: [\n')[0]).toMatch(/^job\.yaml:\d+: /);
  });

  it('refuses a key given twice', () => {
    expect(problems('id: a\nid: b\n')).not.toEqual([]);
  });

  it('refuses a script too large to be sent', () => {
    writeFileSync(join(folder, 'big.sh'), '#'.repeat(300_000));
    expect(problems('id: a\nversion: "1"\nexecute:\n  shell: sh\n  scriptFile: big.sh\n')[0]).toMatch(/job\.yaml:5: execute\.scriptFile: the script has 300000 bytes/);
  });

  it('says which file is missing', () => {
    expect(() => readManifest(join(folder, 'nothing.yaml'))).toThrow(/nothing\.yaml cannot be read/);
    expect(() => read('id: a\nversion: "1"\nexecute:\n  shell: sh\n  scriptFile: gone.sh\n')).toThrow(/scriptFile: .*gone\.sh cannot be read/);
  });
});

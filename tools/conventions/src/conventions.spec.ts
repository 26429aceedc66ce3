import { describe, expect, it } from 'vitest';
import { code, files, isSpec, linesMatching } from './repository.ts';

const maxLines = 400;
// Words are put together here so that this file does not break the rules it checks.
const suppression = new RegExp(['eslint', 'disable'].join('-') + '|' + ['@ts', '(ignore|expect-error|nocheck)'].join('-'));
const unfinished = new RegExp(`\\b(${['TO', 'DO'].join('')}|${['FIX', 'ME'].join('')})\\b`);
const switchedOff = new RegExp(`\\b(?:it|test|describe)(?:\\.\\w+)*\\.(?:${['skip', 'only', 'todo'].join('|')})\\b|\\bx(?:it|describe)\\(`);
const skip = ['sk', 'ip'].join('');
const conditional = new RegExp(`\\.(?:run|${skip})If\\b|(?<!\\bcontext\\.)\\b${skip}\\(`);
// The reason is a text of its own: the first argument, or the one behind the condition.
const withoutReason = /\bcontext\.skip\((?!(?:.*,\s*)?['"`])/;
const vagueName = /(^|\/)(utils?|helpers?|common|misc|stuff)(\.|\/|-|$)/;
const kebab = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
const upperCaseByCustom = new Set(['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'SECURITY.md', 'Cargo.toml', 'Cargo.lock']);
// Where somebody's checkout or home happens to be says nothing to anyone else. alice and bob are examples, not people.
const somebodysFolder = /(?<![\w.:/-])\/(?:roo[t]|wor[k]|(?:hom[e]|User[s])\/(?!alice\b|bob\b))\/?\w/;

describe('files', () => {
  it(`has no code file over ${String(maxLines)} lines`, () => {
    const long = code.filter(({ text }) => text.split('\n').length - 1 > maxLines).map(({ path }) => path);
    expect(long).toEqual([]);
  });

  it('is named in kebab-case', () => {
    const misnamed = files
      .map(({ path }) => path)
      .filter((path) => path.split('/').some((part) => !upperCaseByCustom.has(part) && !kebab.test(part)));
    expect(misnamed).toEqual([]);
  });

  it('says in its name what is inside', () => {
    expect(code.map(({ path }) => path).filter((path) => vagueName.test(path))).toEqual([]);
  });

  it("has an index.ts only as a lib's entry", () => {
    const indexes = code.map(({ path }) => path).filter((path) => /(^|\/)index\.tsx?$/.test(path));
    expect(indexes.filter((path) => !/^libs\/[^/]+\/src\/(testing\/)?index\.ts$/.test(path))).toEqual([]);
  });
});

describe('code', () => {
  it('silences no check', () => {
    expect(linesMatching(suppression, code)).toEqual([]);
  });

  it('is finished', () => {
    expect(linesMatching(unfinished, code)).toEqual([]);
  });

  it('runs every test it has', () => {
    const specs = code.filter(({ path }) => isSpec(path));
    expect(linesMatching(switchedOff, specs)).toEqual([]);
  });
});

describe('a test that may not run everywhere', () => {
  const specs = code.filter(({ path }) => isSpec(path));

  it('skips itself with context.skip and a reason, which runs on CI count', () => {
    expect(linesMatching(conditional, specs)).toEqual([]);
    expect(linesMatching(withoutReason, specs)).toEqual([]);
  });

  it('is seen by the patterns that look for it', () => {
    const named = ['run', skip].map((word) => `it.${word}If(has('lscpu'))('agrees', () => {})`);
    for (const line of [...named, `if (!root) ${skip}();`]) expect(line).toMatch(conditional);
    for (const args of ['', 'true', "!has('lscpu')", 'note']) expect(`context.${skip}(${args});`).toMatch(withoutReason);
    for (const args of ["'only root may'", '!root, `only ${name} may`']) {
      const line = `context.${skip}(${args});`;
      expect(line).not.toMatch(withoutReason);
      expect(line).not.toMatch(conditional);
    }
  });
});

describe('what leaves this machine', () => {
  it("names nobody's folders", () => {
    expect(linesMatching(somebodysFolder, files.filter(({ path }) => path !== 'package-lock.json'))).toEqual([]);
  });

  it('names no registry in the lock file', () => {
    const lock = files.filter(({ path }) => path === 'package-lock.json');
    expect(lock).toHaveLength(1);
    expect(linesMatching(/"resolved": "\w+:/, lock)).toEqual([]);
  });
});

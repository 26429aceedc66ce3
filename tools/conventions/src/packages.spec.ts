import { builtinModules } from 'node:module';
import { describe, expect, it } from 'vitest';
import { code, files, isSpec } from './repository.ts';

type Manifest = { readonly folder: string; readonly tags: readonly string[]; readonly declared: ReadonlySet<string>; readonly name: string };

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;
const keysOf = (value: unknown): readonly string[] => (isRecord(value) ? Object.keys(value) : []);
const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []);

const readManifest = (path: string, text: string): Manifest => {
  const json: unknown = JSON.parse(text);
  const manifest = isRecord(json) ? json : {};
  const nx = isRecord(manifest['nx']) ? manifest['nx'] : {};
  const declared = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'].flatMap((kind) => keysOf(manifest[kind]));
  return {
    folder: path.replace(/package\.json$/, ''),
    name: String(manifest['name']),
    tags: textsOf(nx['tags']),
    declared: new Set(declared),
  };
};

const manifests = files.filter(({ path }) => /(^|\/)package\.json$/.test(path)).map(({ path, text }) => readManifest(path, text));
const workspaceTools = manifests.find(({ folder }) => folder === '')?.declared ?? new Set<string>();
const packages = manifests.filter(({ folder }) => /^(apps|libs|tools)\/[^/]+\/$/.test(folder));
const builtins = new Set(builtinModules);

/** The package an import names: `@scope/name/deep` is `@scope/name`. */
const packageOf = (specifier: string): string => specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');

const importedBy = (folder: string): readonly { path: string; name: string }[] =>
  code
    .filter(({ path }) => path.startsWith(`${folder}src/`))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/(?:^(?:import|export)\s(?:type\s)?(?:[\w*{}\s,$]+\sfrom\s)?|\bimport\()'([^'\n]+)'/gm)]
        .map(([, specifier = '']) => specifier)
        .filter((specifier) => !/^(\.|node:|virtual:)/.test(specifier) && !builtins.has(specifier))
        .map((specifier) => ({ path, name: packageOf(specifier) })),
    );

/** What is shipped: apps, libs and what `npm start` runs; not what only tests use. */
const shipped = packages.filter(({ folder }) => /^(apps|libs)\//.test(folder) || folder === 'tools/supervisor/').filter(({ folder }) => folder !== 'apps/e2e/');
const isTestCode = (path: string): boolean => isSpec(path) || /\.spec-kit\.|\/testing\//.test(path);

describe('docs/security.md', () => {
  const documented = files.find(({ path }) => path === 'docs/security.md')?.text.split('## What it is made of')[1] ?? '';
  const listed = new Set(
    documented
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)),
  );
  const imported = new Set(
    shipped.flatMap(({ folder }) => importedBy(folder).filter(({ path, name }) => !isTestCode(path) && !name.startsWith('@kanade/'))).map(({ name }) => name),
  );

  it('names every package that what is shipped imports', () => {
    expect([...imported].filter((name) => !listed.has(name)).sort()).toEqual([]);
  });

  it('names none that is gone', () => {
    expect([...listed].filter((name) => !imported.has(name)).sort()).toEqual([]);
  });
});

describe.each(packages)('$name', ({ folder, name, tags, declared }) => {
  it('says what it is and where it runs, for the boundary rules', () => {
    expect(tags.filter((tag) => /^type:(contracts|domain|adapter|client|app|tool)$/.test(tag))).toHaveLength(1);
    expect(tags.filter((tag) => /^platform:(any|node|web)$/.test(tag))).toHaveLength(1);
  });

  it('declares every package it imports', () => {
    const missing = importedBy(folder).filter(({ name: imported }) => imported !== name && !declared.has(imported) && !workspaceTools.has(imported));
    expect(missing).toEqual([]);
  });
});

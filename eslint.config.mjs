import eslint from '@eslint/js';
import nx from '@nx/eslint-plugin';
import i18next from 'eslint-plugin-i18next';
import jsxA11y from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const source = ['**/*.ts', '**/*.tsx'];
const specs = ['**/*.spec.ts', '**/*.spec.tsx', '**/*.e2e.ts'];

/** Packages only one workspace package may import; everyone else goes through it. */
const guarded = [
  { owner: 'libs/messaging', patterns: ['@nats-io/*'], message: 'Only libs/messaging talks to NATS; use @kanade/messaging.' },
  { owner: 'libs/read-models', patterns: ['better-sqlite3'], message: 'Only libs/read-models opens the read model; use @kanade/read-models.' },
];
const nodeModules = {
  group: ['node:*'],
  message: 'This package also runs in a browser; nothing of Node is there.',
};
const portable = ['libs/contracts', 'libs/messages', 'libs/domain', 'libs/api-client', 'apps/console'];

/** `no-restricted-imports` does not merge between blocks, so each folder gets its whole list at once. */
const restrictedImports = (folder) => [
  'error',
  {
    patterns: [
      ...guarded
        .filter(({ owner }) => owner !== folder)
        .map(({ patterns, message }) => ({ group: patterns, message })),
      ...(portable.includes(folder) ? [nodeModules] : []),
    ],
  },
];

const importRules = [
  { files: source, rules: { 'no-restricted-imports': restrictedImports('') } },
  ...[...portable, ...guarded.map(({ owner }) => owner)].map((folder) => ({
    files: [`${folder}/src/**/*.ts`, `${folder}/src/**/*.tsx`],
    rules: { 'no-restricted-imports': restrictedImports(folder) },
  })),
  {
    // Specs run on Node whatever the package is for; the measurements compare against the bare driver.
    files: [...portable.flatMap((folder) => [`${folder}/src/**/*.spec.ts`, `${folder}/src/**/*.spec.tsx`])],
    rules: { 'no-restricted-imports': restrictedImports('') },
  },
  {
    files: ['tools/bench/src/bare/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ group: ['@kanade/*'], message: 'The bare program shares nothing with what it is compared to.' }] }],
    },
  },
  {
    // The attacker of a security test is a plain client, which the guarded library would protect from itself.
    files: ['apps/e2e/src/attacks/**/*.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
];

const boundaries = [
  'error',
  {
    enforceBuildableLibDependency: false,
    allow: [],
    depConstraints: [
      { sourceTag: 'type:contracts', onlyDependOnLibsWithTags: ['type:contracts'] },
      { sourceTag: 'type:domain', onlyDependOnLibsWithTags: ['type:contracts'] },
      { sourceTag: 'type:adapter', onlyDependOnLibsWithTags: ['type:contracts', 'type:domain'] },
      { sourceTag: 'type:client', onlyDependOnLibsWithTags: ['type:contracts'] },
      { sourceTag: 'type:app', onlyDependOnLibsWithTags: ['type:contracts', 'type:domain', 'type:adapter', 'type:client'] },
      { sourceTag: 'type:tool', onlyDependOnLibsWithTags: ['type:contracts', 'type:domain', 'type:adapter', 'type:client', 'type:tool'] },
      { sourceTag: 'platform:any', onlyDependOnLibsWithTags: ['platform:any'] },
      { sourceTag: 'platform:web', onlyDependOnLibsWithTags: ['platform:any', 'platform:web'] },
      { sourceTag: 'platform:node', onlyDependOnLibsWithTags: ['platform:any', 'platform:node'] },
    ],
  },
];

export default tseslint.config(
  {
    ignores: ['**/dist/**', '**/out-tsc/**', '**/node_modules/**', '**/coverage/**', '**/tmp/**', '**/generated/**', '**/*.gen.ts', '.nx/**', '.kanade/**'],
  },
  {
    linterOptions: { reportUnusedDisableDirectives: 'error', noInlineConfig: true },
  },
  { plugins: { '@nx': nx } },
  eslint.configs.recommended,
  {
    files: source,
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.ts', '*/*/*.ts'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@nx/enforce-module-boundaries': boundaries,
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // A promise nobody awaits is a lost failure; `void promise` says it is meant.
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Index signatures are written ['KEY'] so that a missing key stays visible.
      '@typescript-eslint/dot-notation': 'off',
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-empty': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'] }],
      eqeqeq: 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true, defaultFrom: true, namedFrom: true, namespaceFrom: true } }],
    },
  },
  {
    files: ['apps/backend/src/**/*.ts'],
    rules: {
      // Nest modules are classes with nothing but a decorator, and constructors take what is injected.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // Nest declares its option objects as classes; an object literal is how they are meant to be given.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // Nest reads the types of constructor parameters at run time, so their imports are values.
      '@typescript-eslint/consistent-type-imports': 'off',
    },
  },
  {
    files: ['apps/cli/src/commands/**/*.ts', '**/vitest*.config.ts', '**/vite.config.ts', '**/orval.config.ts', 'vitest.base.ts'],
    // The tools that load these files ask for a default export.
    rules: { 'no-restricted-exports': 'off' },
  },
  {
    files: ['apps/cli/src/**/*.ts', 'tools/**/*.ts', 'apps/agent/src/main.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: specs,
    rules: { 'max-lines-per-function': 'off', '@typescript-eslint/no-unsafe-assignment': 'off' },
  },
  {
    files: ['apps/console/**/*.ts', 'apps/console/**/*.tsx'],
    extends: [reactHooks.configs.flat['recommended-latest'], jsxA11y.flatConfigs.recommended],
    rules: {
      // Whatever scrolls by itself must be reachable by keyboard.
      'jsx-a11y/no-noninteractive-tabindex': ['error', { roles: ['tabpanel', 'region', 'log'] }],
      // Tells only that the React compiler, which is not used, would skip a component.
      'react-hooks/incompatible-library': 'off',
    },
  },
  {
    files: ['apps/console/src/**/*.tsx'],
    ignores: specs,
    plugins: { i18next },
    rules: {
      // What is read aloud or shown on hovering is text, too.
      'i18next/no-literal-string': ['error', { mode: 'jsx-only', 'jsx-attributes': { include: ['^(label|title|placeholder|description|alt|hint|term|header|aria-label)$'] } }],
      'max-lines-per-function': ['error', { max: 120, skipBlankLines: true, skipComments: true }],
    },
  },
  ...importRules,
  {
    files: ['**/*.mjs', '**/*.js', '**/*.cjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly', setTimeout: 'readonly', clearTimeout: 'readonly', setInterval: 'readonly', clearInterval: 'readonly', Response: 'readonly', AbortSignal: 'readonly', fetch: 'readonly', Buffer: 'readonly' } },
  },
  {
    files: ['**/vitest*.config.ts', 'vitest.base.ts'],
    rules: { '@nx/enforce-module-boundaries': 'off' },
  },
);

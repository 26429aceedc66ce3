import { defineConfig } from 'vitest/config';
import type { ViteUserConfig } from 'vitest/config';

const sourceConditions = ['@kanade/source'];

/** The Vitest configuration every package shares; workspace packages resolve to their source, so no build is needed. */
export const kanadeVitest = (root: string, overrides: ViteUserConfig = {}): ViteUserConfig => {
  const reports = process.env['KANADE_TEST_REPORTS'];
  const name = root.split('/').slice(-2).join('-');
  return defineConfig({
    ...overrides,
    root,
    cacheDir: `${root}/../../node_modules/.vite/${name}`,
    resolve: { conditions: [...sourceConditions, 'module', 'browser', 'development|production'], ...overrides.resolve },
    ssr: { resolve: { conditions: [...sourceConditions, 'module', 'node', 'development|production'] }, ...overrides.ssr },
    test: {
      include: ['src/**/*.spec.{ts,tsx}'],
      passWithNoTests: true,
      // Real brokers and processes need more than the default 5 s on a busy machine.
      testTimeout: 30_000,
      hookTimeout: 60_000,
      reporters: reports === undefined ? ['default'] : ['default', ['json', { outputFile: `${reports}/${name}.json` }]],
      ...overrides.test,
    },
  });
};

import { defineConfig } from 'vitest/config';
import type { ViteUserConfig } from 'vitest/config';

const sourceConditions = ['@kanade/source'];

/** The Vitest configuration every package shares; workspace packages resolve to their source, so no build is needed. */
export const kanadeVitest = (root: string, overrides: ViteUserConfig = {}): ViteUserConfig => {
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
      // A `.only` left behind would turn every other test off without a sign.
      allowOnly: false,
      // .ci/run sums these; Nx keeps them with the cached result.
      reporters: ['default', ['json', { outputFile: `${root}/test-results/${overrides.test?.name ?? 'test'}.json` }]],
      ...overrides.test,
    },
  });
};

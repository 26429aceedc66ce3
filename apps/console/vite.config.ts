import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { themeVariables } from './theme-variables.ts';

/** Where `vite dev` finds a backend; the built console is served by the backend itself. */
const backend = process.env['KANADE_BACKEND_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: import.meta.dirname,
  cacheDir: '../../node_modules/.vite/apps-console-build',
  plugins: [react(), themeVariables()],
  resolve: { conditions: ['@kanade/source', 'module', 'browser', 'development|production'] },
  server: { host: '127.0.0.1', proxy: { '/api': { target: backend, ws: true } } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // The content security policy allows no data: fonts or scripts, so nothing is inlined.
    assetsInlineLimit: 0,
    // Polyfill code would be an inline script in older browsers; every browser we support preloads modules itself.
    modulePreload: { polyfill: false },
  },
});

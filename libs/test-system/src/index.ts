export { adminPassword, startBuiltBackend } from './testing/built-backend.ts';
export type { BuiltBackend } from './testing/built-backend.ts';
export { findChromium, startChromium } from './testing/chromium.ts';

// Runs before the first paint, so that a dark console never flashes white; a file of its own because the
// content security policy allows no inline script.
(() => {
  let chosen = null;
  try {
    chosen = globalThis.localStorage.getItem('kanade.color-scheme');
  } catch {
    // Storage may be forbidden; the system's preference decides then.
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && globalThis.matchMedia('(prefers-color-scheme: dark)').matches);
  globalThis.document.documentElement.dataset.mantineColorScheme = dark ? 'dark' : 'light';
})();

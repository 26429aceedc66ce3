/** Variables that tell about npm, this start or its secrets; a child that needs one of ours is given it by name. */
const withheld = /^(npm_|KANADE_|NX_|NODE_OPTIONS$|INIT_CWD$)/;

/** The environment of every child: the user's own, without npm's and ours, and what the child is to have. */
export function childEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !withheld.test(name));
  return { ...Object.fromEntries(own), ...extra };
}

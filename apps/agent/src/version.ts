/** The agent's version, as it tells it everywhere; a spec holds it to package.json, which the bundle does not carry. */
export const agentVersion = '0.1.0';

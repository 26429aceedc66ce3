// No schema library here: an agent clips what it tells by these numbers, and cannot spare the memory.

/** The most an endpoint's facts hold of what its machine says: characters of a text, entries of a list. */
export const factLimits = {
  agentVersion: 50,
  hostname: 255,
  bootId: 100,
  shell: 20,
  shells: 20,
  osText: 200,
  architecture: 50,
  text: 300,
  bootedAt: 40,
  mount: 1000,
  ipv4: 50,
  ipv6: 60,
  addresses: 64,
  disks: 500,
  filesystems: 500,
  interfaces: 500,
  packageText: 200,
} as const;

// No schema library here: an agent needs these words, and cannot spare the memory.

/** The shells a script can be written for; what the platform lacks ends as `skipped`. */
export const shells = ['sh', 'bash', 'pwsh', 'powershell', 'cmd'] as const;

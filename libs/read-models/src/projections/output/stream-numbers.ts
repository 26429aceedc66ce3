/** The numbers that stand for output streams in rows. */
export const outputStreamNumbers = { stdout: 0, stderr: 1 } as const;

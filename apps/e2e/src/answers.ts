import { z } from 'zod';

/** What `kanade run --json` and `execution show --json` print. */
export const resultSchema = z.object({
  executionId: z.string(),
  runs: z.array(
    z.object({
      runId: z.string(),
      endpointId: z.string(),
      endpointName: z.string(),
      state: z.string(),
      exitCode: z.number().nullable(),
      reason: z.object({ code: z.string(), message: z.string() }).nullable(),
      stdout: z.string(),
      stderr: z.string(),
      stdoutBytes: z.number(),
      stderrBytes: z.number(),
      truncated: z.boolean(),
      durationMs: z.number().nullable(),
    }),
  ),
  position: z.string(),
});

export const detachedSchema = z.object({ executionId: z.string(), position: z.string() });

export const endpointListSchema = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      status: z.enum(['online', 'offline', 'never-seen']),
      os: z.object({ family: z.string(), name: z.string(), version: z.string() }),
      agentVersion: z.string(),
      lastSeenAt: z.string().nullable(),
      simulated: z.boolean(),
    }),
  ),
  nextCursor: z.string().nullable(),
  position: z.string(),
});

export const executionListSchema = z.object({
  items: z.array(z.looseObject({ id: z.string(), state: z.string(), counts: z.record(z.string(), z.number()) })),
  nextCursor: z.string().nullable(),
  position: z.string(),
});

export const eventListSchema = z.object({
  items: z.array(z.looseObject({ position: z.string(), type: z.string(), executionId: z.string().nullable() })),
  nextCursor: z.string().nullable(),
  position: z.string(),
});

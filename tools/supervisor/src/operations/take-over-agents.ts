import { existsSync } from 'node:fs';
import { cp, rename, rm } from 'node:fs/promises';
import { enrolledAgentsBelow } from '../agent-identity.ts';
import { lockDataDir, type DataDirLock } from '../data-dir-lock.ts';
import { stopLeftovers } from '../leftovers.ts';
import type { DataPaths } from '../paths.ts';
import { errorCode, StartupError } from '../startup-error.ts';

const folders = ['agents', 'simulated'] as const;

/** Makes sure that nothing runs on the data directory whose agents are to be taken over; throws StartupError where there are none. */
export async function holdAgents(from: DataPaths): Promise<DataDirLock> {
  if (folders.every((folder) => enrolledAgentsBelow(from[folder]).length === 0)) {
    throw new StartupError(`${from.dataDir} holds no agents.`, ['Name the data directory they were enrolled in, which has a folder agents/.']);
  }
  const lock = lockDataDir(from, 'kanade restore');
  await stopLeftovers(from);
  return lock;
}

/**
 * Moves the agents of one data directory into another, with their identity and what they have not sent yet; returns how many. They are never
 * copied: an agent that lives twice would be two that both claim to be the endpoint.
 */
export async function takeOverAgents(from: DataPaths, to: DataPaths): Promise<number> {
  for (const folder of folders) {
    if (!existsSync(from[folder])) continue;
    await rm(to[folder], { recursive: true, force: true });
    await move(from[folder], to[folder]);
  }
  return folders.reduce((sum, folder) => sum + enrolledAgentsBelow(to[folder]).length, 0);
}

async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (errorCode(error) !== 'EXDEV') throw error;
    await cp(from, to, { recursive: true, preserveTimestamps: true });
    await rm(from, { recursive: true });
  }
}

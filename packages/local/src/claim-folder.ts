import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';

/**
 * Keeps a data folder to one runtime: two would write the same files. What a killed process left behind is no claim.
 * @returns how to give it up
 * @throws Error, one sentence, when another runtime has it
 */
export async function claimFolder(directory: string, origin: string): Promise<() => Promise<void>> {
  await requireUnclaimed(directory);
  await mkdir(directory, { recursive: true });
  await writeFile(claimFile(directory), JSON.stringify({ pid: process.pid, origin }));
  return () => rm(claimFile(directory), { force: true });
}

/** @throws Error, one sentence, when a runtime that lives has the folder */
export async function requireUnclaimed(directory: string): Promise<void> {
  const other = await readClaim(claimFile(directory));
  // A process id may have been given to somebody else since; only with its port open too it is the one.
  if (other && isAlive(other.pid) && (await listens(other.origin))) {
    throw new Error(
      `unable to use ${directory}; ${other.origin} serves it already: stop that one or choose another folder with PARLEY_DATA`,
    );
  }
}

const claimFile = (directory: string) => join(directory, 'running.json');

async function readClaim(file: string): Promise<{ pid: number; origin: string } | undefined> {
  try {
    const claim: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof claim !== 'object' || claim === null || !('pid' in claim) || !('origin' in claim)) return undefined;
    return typeof claim.pid === 'number' ? { pid: claim.pid, origin: String(claim.origin) } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function listens(origin: string): Promise<boolean> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(origin);
    const socket = connect(Number(port), hostname);
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

import { readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { isAlive } from './orphan.ts';
import { prepareDataFolder } from './private-folder.ts';

/**
 * Claims a data folder for one runtime, because two would write the same files. The claim of a killed process does not count.
 * @param settingName what the user calls the folder's setting
 * @returns a function that gives the folder up
 * @throws Error, one sentence, when another runtime uses it or it cannot be written
 */
export async function claimFolder(
  directory: string,
  origin: string,
  settingName: string,
): Promise<() => Promise<void>> {
  await requireUnclaimed(directory, settingName);
  await prepareDataFolder(directory, settingName);
  await writeFile(claimFile(directory), JSON.stringify({ pid: process.pid, origin }), { mode: 0o600 });
  return () => rm(claimFile(directory), { force: true });
}

/** @throws Error, one sentence, when another runtime uses the folder */
export async function requireUnclaimed(directory: string, settingName: string): Promise<void> {
  const other = await readClaim(claimFile(directory));
  // Another process may have the same id by now, so the port must be open too.
  if (other && isAlive(other.pid) && (await listens(other.origin))) {
    throw new Error(
      `unable to use ${directory}; ${other.origin} serves it already: stop that one or choose another folder with ${settingName}`,
    );
  }
}

const Claim = z.object({ pid: z.number(), origin: z.string() });
const claimFile = (directory: string) => join(directory, 'running.json');

async function readClaim(file: string): Promise<z.infer<typeof Claim> | undefined> {
  try {
    return Claim.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
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

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isSynthesized, synthesize } from '@parley/local';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The cloud assembly of the stack with its defaults, as `cdk synth` writes it. */
    assemblyDirectory: string;
    /** The same with the options `friendsFirst`, `inlineMembers: 5`, `deletedMessages: erase`, `canary`, `tracing` and an origin in `allowedOrigins`. */
    optionsDirectory: string;
    /** For the data of runtimes; deleted after the last test. */
    dataFolder: string;
  }
}

const projectDirectory = resolve(import.meta.dirname, '../..');

/** Synthesizes the stack before the first test, unless an earlier run has done so and nothing has changed since. */
export default async function synthesizeOnce(project: TestProject): Promise<() => void> {
  const [plain, options] = await Promise.all([
    assembly({}),
    assembly({
      friendsFirst: true,
      inlineMembers: 5,
      deletedMessages: 'erase',
      canary: true,
      tracing: true,
      allowedOrigins: 'https://chat.example.com',
    }),
  ]);
  project.provide('assemblyDirectory', plain);
  project.provide('optionsDirectory', options);
  return provideDataFolder(project);
}

/** @returns a function that deletes the folder */
export function provideDataFolder(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'parley-data-'));
  project.provide('dataFolder', folder);
  return () => {
    // An engine that is still stopping may write.
    if (!process.env.PARLEY_KEEP) rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  };
}

/** The cloud assembly of this checkout with these options. Its folder stays for later runs. */
export async function assembly(context: Readonly<Record<string, unknown>>): Promise<string> {
  const name = createHash('sha256')
    .update(JSON.stringify([projectDirectory, context]))
    .digest('hex')
    .slice(0, 16);
  const assemblyDirectory = join(tmpdir(), `parley-assembly-${name}`, 'cdk.out');
  if (!isSynthesized({ projectDirectory, assemblyDirectory })) {
    await synthesize({ projectDirectory, assemblyDirectory, context });
  }
  return assemblyDirectory;
}

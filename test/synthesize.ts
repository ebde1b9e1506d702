import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { synthesize } from '#local/synthesize';

declare module 'vitest' {
  interface ProvidedContext {
    /** The cloud assembly of the stack with its defaults, as `cdk synth` writes it. */
    assemblyDirectory: string;
  }
}

/** Synthesizes the stack into a temporary folder before the first test, and removes it after the last. */
export default async function synthesizeOnce(project: TestProject): Promise<() => void> {
  const directory = mkdtempSync(join(tmpdir(), 'parley-assembly-'));
  const assemblyDirectory = join(directory, 'cdk.out');
  await synthesize({ projectDirectory: resolve(import.meta.dirname, '..'), assemblyDirectory });
  project.provide('assemblyDirectory', assemblyDirectory);
  return () => rmSync(directory, { recursive: true, force: true });
}

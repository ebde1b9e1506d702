import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The cloud assembly of the stack with its defaults, as `cdk synth` writes it. */
    assemblyDirectory: string;
  }
}

/** Synthesizes the stack into a temporary folder before the first test, and removes it after the last. */
export default async function synthesize(project: TestProject): Promise<() => void> {
  const assemblyDirectory = mkdtempSync(join(tmpdir(), 'parley-assembly-'));
  await promisify(execFile)(process.execPath, ['--import', 'tsx', 'bin/parley.ts'], {
    env: { ...process.env, CDK_OUTDIR: assemblyDirectory },
  });
  project.provide('assemblyDirectory', assemblyDirectory);
  return () => rmSync(assemblyDirectory, { recursive: true, force: true });
}

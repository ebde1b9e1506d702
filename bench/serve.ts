import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type LocalRuntime, startLocal, synthesize } from '@parley/local';

export const projectDirectory = resolve(import.meta.dirname, '..');

/** Synthesizes the stack, serves it from a temporary folder on a free port while `run` measures, and removes it. */
export async function withStack<Result>(
  run: (
    runtime: LocalRuntime,
    folders: { readonly assemblyDirectory: string; readonly dataDirectory: string },
  ) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  const assemblyDirectory = join(folder, 'cdk.out');
  const dataDirectory = join(folder, 'data');
  try {
    await synthesize({ projectDirectory, assemblyDirectory });
    const runtime = await startLocal({ assemblyDirectory, dataDirectory, port: 0 });
    try {
      return await run(runtime, { assemblyDirectory, dataDirectory });
    } finally {
      await runtime.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

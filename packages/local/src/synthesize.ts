import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const cdkShape = z.looseObject({
  app: z.string(),
  context: z.record(z.string(), z.unknown()).default({}),
  watch: z
    .looseObject({ include: z.array(z.string()).default([]), exclude: z.array(z.string()).default([]) })
    .default({ include: [], exclude: [] }),
});

/** @throws Error, one sentence */
function readCdkJson(projectDirectory: string): z.infer<typeof cdkShape> {
  try {
    return cdkShape.parse(JSON.parse(readFileSync(join(projectDirectory, 'cdk.json'), 'utf8')));
  } catch (error) {
    throw new Error(`unable to read cdk.json; ${error instanceof z.ZodError ? z.prettifyError(error) : String(error)}`);
  }
}

/**
 * Writes the cloud assembly as the CDK command does: runs the program named in `cdk.json` with its context.
 * @param options.context replaces values of `cdk.json`, as `-c name=value` does
 * @param options.assemblyDirectory where it goes; what the program said is in `<assemblyDirectory>.log`
 * @throws Error, one sentence, when the program fails
 */
export async function synthesize(options: {
  projectDirectory: string;
  assemblyDirectory: string;
  context?: Readonly<Record<string, unknown>>;
  signal?: AbortSignal;
}): Promise<void> {
  const { projectDirectory, assemblyDirectory, signal } = options;
  const { app, context } = readCdkJson(projectDirectory);
  const stamp = stampFile(assemblyDirectory);
  await rm(stamp, { force: true });
  await mkdir(assemblyDirectory, { recursive: true });
  const began = Date.now();
  const { code, said } = await run(app, projectDirectory, signal, {
    ...process.env,
    CDK_OUTDIR: assemblyDirectory,
    CDK_CONTEXT_JSON: JSON.stringify({ ...context, ...options.context }),
    // CDK's built-in check against CloudFormation's rules takes as long as all the rest; `cdk synth` and `cdk deploy` make it.
    CDK_VALIDATION: 'false',
  });
  const logFile = `${assemblyDirectory}.log`;
  await writeFile(logFile, said);
  signal?.throwIfAborted();
  if (code !== 0) throw new Error(`unable to synthesize the stack; ${complaint(said)} (all of it: ${logFile})`);
  await writeFile(stamp, `${began}`);
}

/** Was the assembly made from the project as it is now? Nothing in the folders that `cdk.json` watches is newer. */
export function isSynthesized(options: { projectDirectory: string; assemblyDirectory: string }): boolean {
  const { projectDirectory, assemblyDirectory } = options;
  try {
    const made = Number(readFileSync(stampFile(assemblyDirectory), 'utf8'));
    statSync(join(assemblyDirectory, 'manifest.json'));
    const sources = ['cdk.json', 'package.json', 'package-lock.json', ...watchedFolders(projectDirectory)];
    const unwatched = unwatchedFolders(projectDirectory).map((folder) => join(projectDirectory, folder));
    return made > 0 && sources.every((source) => Math.floor(newest(join(projectDirectory, source), unwatched)) <= made);
  } catch {
    return false;
  }
}

/** The folders that `cdk.json` names under `watch.include`. */
export function watchedFolders(projectDirectory: string): string[] {
  return readCdkJson(projectDirectory).watch.include.map((pattern) => pattern.replace(/\/\*\*$/, ''));
}

/** The folders that it names under `watch.exclude`: what is made there is nobody's source. Patterns for names of files count for nothing here. */
export function unwatchedFolders(projectDirectory: string): string[] {
  return readCdkJson(projectDirectory).watch.exclude.filter((pattern) => !pattern.includes('*'));
}

const stampFile = (assemblyDirectory: string) => `${assemblyDirectory}.stamp`;

/** The latest change below a path, but not below those left out; a folder changes too when something in it is deleted. */
function newest(path: string, leftOut: readonly string[]): number {
  if (leftOut.includes(path)) return 0;
  const stat = statSync(path);
  const below = stat.isDirectory() ? readdirSync(path).map((name) => newest(join(path, name), leftOut)) : [];
  return Math.max(stat.mtimeMs, ...below);
}

function run(
  command: string,
  cwd: string,
  signal: AbortSignal | undefined,
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { cwd, env, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const end = () => child.kill();
    signal?.addEventListener('abort', end, { once: true });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => {
      signal?.removeEventListener('abort', end);
      resolve({ code, said });
    });
  });
}

/**
 * The line that says what is wrong: the bundler's `[ERROR]`, else the exception that Node prints below a line with `^` (CDK's errors begin
 * with `«Code»`), else the last one.
 */
function complaint(said: string): string {
  const lines = said.split('\n').map((line) => line.trim());
  const bundler = lines.find((line) => line.includes('[ERROR]'));
  const caret = lines.lastIndexOf('^');
  const exception = lines.slice(caret + 1).find((line) => (caret < 0 ? /^(«\w+»|\w*Error\b)/.test(line) : line !== ''));
  return (
    bundler ?? exception ?? lines.findLast((line) => line !== '' && !line.startsWith('Node.js v')) ?? 'it says nothing'
  );
}

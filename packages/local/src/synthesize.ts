import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import thisSystem, { dirname, join, type PlatformPath, relative, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { anyEnvironment } from './assembly/environment.ts';
import type { AppContext } from './parse-context.ts';

const CdkJson = z.looseObject({
  app: z.string(),
  context: z.record(z.string(), z.unknown()).default({}),
  watch: z
    .looseObject({ include: z.array(z.string()).default(['**']), exclude: z.array(z.string()).default([]) })
    .default({ include: ['**'], exclude: [] }),
});

/** How an assembly was made. It is in a file beside the assembly, which is missing while the assembly is being made. */
const Stamp = z.object({
  /** ms since 1970, at the start of the synthesis */
  made: z.number(),
  /** What replaced values of `cdk.json`. */
  context: z.record(z.string(), z.unknown()),
});

/** @throws Error, one sentence */
function readCdkJson(projectDirectory: string): z.infer<typeof CdkJson> {
  try {
    return CdkJson.parse(JSON.parse(readFileSync(join(projectDirectory, 'cdk.json'), 'utf8')));
  } catch (error) {
    throw new Error(`unable to read cdk.json; ${error instanceof z.ZodError ? z.prettifyError(error) : String(error)}`);
  }
}

/** What the CLI has looked up in an account and keeps in the project. @throws Error, one sentence */
function lookedUp(projectDirectory: string): Record<string, unknown> {
  const path = join(projectDirectory, 'cdk.context.json');
  if (!existsSync(path)) return {};
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new Error(`unable to read cdk.context.json; ${reason}`);
  }
}

/**
 * Writes the cloud assembly of a CDK project as `cdk synth` does: runs the program that `cdk.json` names, with its context.
 * @param options.context replaces values of `cdk.json`, as `-c name=value` does
 * @param options.assemblyDirectory for the assembly; the program's output is written to `<assemblyDirectory>.log`
 * @throws Error, one sentence, when the program fails
 */
export async function synthesize(options: {
  projectDirectory: string;
  assemblyDirectory: string;
  context?: AppContext;
  signal?: AbortSignal;
}): Promise<void> {
  const { projectDirectory, context: chosen = {}, signal } = options;
  // The program runs in the project's folder.
  const assemblyDirectory = resolve(options.assemblyDirectory);
  const { app, context } = readCdkJson(projectDirectory);
  const stamp = stampFile(assemblyDirectory);
  await rm(stamp, { force: true });
  await mkdir(assemblyDirectory, { recursive: true });
  const began = Date.now();
  const { code, output } = await run(app, projectDirectory, signal, {
    // The CLI sets them to those of the person's profile. Without them an app cannot look up a network or a zone.
    CDK_DEFAULT_ACCOUNT: anyEnvironment.account,
    CDK_DEFAULT_REGION: anyEnvironment.region,
    ...process.env,
    CDK_OUTDIR: assemblyDirectory,
    CDK_CONTEXT_JSON: JSON.stringify({ ...lookedUp(projectDirectory), ...context, ...chosen }),
    // CDK's check against CloudFormation's rules doubles the time; `cdk synth` and `cdk deploy` make it.
    CDK_VALIDATION: 'false',
  });
  const logFile = `${assemblyDirectory}.log`;
  await writeFile(logFile, output);
  signal?.throwIfAborted();
  if (code !== 0) throw new Error(`unable to synthesize the stack; ${errorIn(output)} (all of it: ${logFile})`);
  await writeFile(stamp, JSON.stringify({ made: began, context: chosen } satisfies z.infer<typeof Stamp>));
}

/** True when the assembly was made with this context, and is newer than every file of the project that `cdk watch` would watch. */
export function isSynthesized(options: {
  projectDirectory: string;
  assemblyDirectory: string;
  context?: AppContext;
}): boolean {
  const { projectDirectory, assemblyDirectory, context = {} } = options;
  try {
    const { made, context: former } = Stamp.parse(JSON.parse(readFileSync(stampFile(assemblyDirectory), 'utf8')));
    if (!isDeepStrictEqual(former, context)) return false;
    statSync(join(assemblyDirectory, 'manifest.json'));
    const { folders, excludes } = projectSources(projectDirectory, dirname(assemblyDirectory));
    /** The latest change of a file or folder. A folder changes too when something in it is deleted. */
    const newest = (path: string): number => {
      const file = join(projectDirectory, path);
      if (excludes(path) || !existsSync(file)) return 0;
      const stat = statSync(file);
      const children = stat.isDirectory() ? readdirSync(file).map((name) => newest(join(path, name))) : [];
      // The project's folder itself changes with every file that a tool puts there.
      return Math.max(path === '.' ? 0 : stat.mtimeMs, ...children);
    };
    const sources = ['cdk.json', 'cdk.context.json', 'package.json', 'package-lock.json', ...folders];
    return sources.every((source) => Math.floor(newest(source)) <= made);
  } catch {
    return false;
  }
}

/**
 * What to watch in a project. `folders` are those of `watch.include` in `cdk.json`, `.` for the whole project. `excludes` says whether a path
 * is in `watch.exclude` or, as for `cdk watch`, is hidden, in `node_modules` or in an output folder. Patterns for file names are ignored.
 */
export function projectSources(
  projectDirectory: string,
  dataDirectory: string,
): { folders: string[]; excludes: (path: string) => boolean } {
  const { include, exclude } = readCdkJson(projectDirectory).watch;
  const plain = exclude.filter((pattern) => !pattern.includes('*'));
  return {
    folders: include.map((pattern) => pattern.replace(/\/?\*\*$/, '') || '.'),
    excludes: createExcludes([...plain, relative(projectDirectory, dataDirectory)]),
  };
}

/**
 * Whether a path is in one of the folders, or hidden.
 * @param folders with slashes, as in `cdk.json`, or as the system writes them
 * @param system how it writes paths
 */
export function createExcludes(
  folders: readonly string[],
  { normalize, sep }: Pick<PlatformPath, 'normalize' | 'sep'> = thisSystem,
): (path: string) => boolean {
  const excluded = folders.filter(Boolean).map(normalize);
  const isHidden = (name: string) => /^(\.[^.].*|node_modules|cdk\.out)$/.test(name);
  return (path) =>
    path.split(sep).some(isHidden) || excluded.some((each) => path === each || path.startsWith(each + sep));
}

const stampFile = (assemblyDirectory: string) => `${assemblyDirectory}.stamp`;

function run(
  command: string,
  cwd: string,
  signal: AbortSignal | undefined,
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { cwd, env, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const end = () => child.kill();
    signal?.addEventListener('abort', end, { once: true });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => {
      signal?.removeEventListener('abort', end);
      resolve({ code, output });
    });
  });
}

/**
 * The line that explains a failure: the bundler's `[ERROR]`, else the exception that Node prints below a line with `^` (CDK's errors begin
 * with `«Code»`), else the last line.
 */
function errorIn(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const bundler = lines.find((line) => line.includes('[ERROR]'));
  const caret = lines.lastIndexOf('^');
  const exception = lines.slice(caret + 1).find((line) => (caret < 0 ? /^(«\w+»|\w*Error\b)/.test(line) : line !== ''));
  const last = lines.findLast((line) => line !== '' && !line.startsWith('Node.js v'));
  return bundler ?? exception ?? last ?? 'it says nothing';
}

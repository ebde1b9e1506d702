import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Finding } from './finding.ts';

/** cfn-lint and checkov, which are written in Python: https://github.com/aws-cloudformation/cfn-lint, https://www.checkov.io. */

const versions = join(import.meta.dirname, 'requirements.txt');
const constraints = join(import.meta.dirname, 'constraints.txt');
/** ms; a registry that does not answer must not stop everything else. */
const installMs = 300_000;
const bin = process.platform === 'win32' ? 'Scripts' : 'bin';

/**
 * Installs the linters in their pinned versions, into a folder of the user, unless they are there.
 * @returns the folder with their programs; undefined without a Python that can do it, or without its registry
 */
export function installLinters(): string | undefined {
  const hash = createHash('sha256').update(readFileSync(versions)).update(readFileSync(constraints));
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const folder = join(cache, 'parley', `linters-${hash.digest('hex').slice(0, 12)}`);
  // Written at last, so that a folder with it is whole.
  const ready = join(folder, 'ready');
  if (existsSync(ready)) return join(folder, bin);
  const python = ['python3', 'python'].find((name) => spawnSync(name, ['-c', 'import venv, ensurepip']).status === 0);
  if (python === undefined) return undefined;
  execFileSync(python, ['-m', 'venv', '--clear', folder]);
  const brief = ['--quiet', '--disable-pip-version-check', '--timeout', '30', '--retries', '2'];
  const pip = ['-m', 'pip', 'install', ...brief, '-r', versions, '-c', constraints];
  const { status } = spawnSync(join(folder, bin, 'python'), pip, {
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: installMs,
  });
  if (status !== 0) return undefined;
  writeFileSync(ready, '');
  return join(folder, bin);
}

const CfnLint = z.array(
  z.object({
    Rule: z.object({ Id: z.string() }),
    Message: z.string(),
    Filename: z.string(),
    Location: z.object({ Path: z.nullable(z.array(z.union([z.string(), z.number()]))) }),
  }),
);

/** Whether CloudFormation would take the templates: types, values, references. @param templates files */
export function runCfnLint(programs: string, templates: readonly string[]): Finding[] {
  const output = run(programs, 'cfn-lint', ['--format', 'json', '--', ...templates]);
  return CfnLint.parse(JSON.parse(output || '[]')).map(({ Rule, Message, Filename, Location }) => {
    const [, id = 'the template'] = Location.Path ?? [];
    return { rule: Rule.Id, resource: `${Filename} ${id}`, message: Message };
  });
}

const Checkov = z.object({
  results: z.object({
    failed_checks: z.array(
      z.object({ check_id: z.string(), check_name: z.string(), file_path: z.string(), resource: z.string() }),
    ),
    parsing_errors: z.array(z.string()),
  }),
  summary: z.object({ passed: z.number() }),
});

/** Whether the resources follow the rules of checkov. @param templates files */
export function runCheckov(programs: string, templates: readonly string[]): Finding[] {
  const options = ['--framework', 'cloudformation', '--output', 'json', '--skip-download', '--soft-fail'];
  const files = templates.flatMap((template) => ['--file', template]);
  const report = Checkov.parse(JSON.parse(run(programs, 'python', ['-m', 'checkov.main', ...options, ...files])));
  const { failed_checks: failed, parsing_errors: unread } = report.results;
  // A template that it cannot read would pass.
  if (unread.length > 0 || report.summary.passed === 0) throw new Error(`checkov is unable to read ${unread}`);
  return failed.map(({ check_id, check_name, file_path, resource }) => {
    return { rule: check_id, resource: `${file_path} ${resource}`, message: check_name };
  });
}

/** Both exit with a status that is not 0 when they find something, so what they print decides. */
function run(programs: string, program: string, args: readonly string[]): string {
  const { stdout, stderr, error } = spawnSync(join(programs, program), args, {
    encoding: 'utf8',
    maxBuffer: 100 * 1024 * 1024,
  });
  if (error) throw error;
  if (stdout.trim() === '') throw new Error(`${program} printed nothing; ${stderr}`);
  return stdout;
}

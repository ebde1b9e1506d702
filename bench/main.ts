/**
 * `npm run bench`: synthesizes the stack, serves it from a temporary folder on a free port, measures every operation and prints the report.
 * Exit code 1 when a bar is not met. `-- --write` also puts the report into docs/cost.md and its first table into the README.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startLocal, synthesize } from '@parley/local';
import { createTable, type Results, report } from './report.ts';
import { runAll } from './run.ts';

// The SDK may warn about the Node version of this machine, which is not the one on AWS.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
const projectDirectory = resolve(import.meta.dirname, '..');
const log = (line: string) => console.error(`… ${line}`);

async function bench(): Promise<Results> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  const assemblyDirectory = join(folder, 'cdk.out');
  const dataDirectory = join(folder, 'data');
  try {
    log('synthesizing the stack');
    await synthesize({ projectDirectory, assemblyDirectory });
    const runtime = await startLocal({ assemblyDirectory, dataDirectory, port: 0 });
    try {
      return await runAll(runtime, { assemblyDirectory, dataDirectory }, { times: 5, log });
    } finally {
      await runtime.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function write(results: Results): void {
  writeFileSync(join(projectDirectory, 'docs', 'cost.md'), report(results));
  const readme = join(projectDirectory, 'README.md');
  if (!existsSync(readme)) return;
  const [start, end] = ['<!-- bench:start -->', '<!-- bench:end -->'];
  const text = readFileSync(readme, 'utf8');
  const [before, after] = [text.indexOf(start), text.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`unable to write into the README; it has no ${start} … ${end}`);
  writeFileSync(readme, `${text.slice(0, before)}${start}\n\n${createTable(results)}\n\n${text.slice(after)}`);
}

const results = await bench();
console.log(report(results));
if (process.argv.includes('--write')) write(results);
const missed = results.bars.filter(({ met }) => !met);
for (const { name, seen } of missed) console.error(`NOT met: ${name} (seen: ${seen})`);
process.exit(missed.length > 0 ? 1 : 0);

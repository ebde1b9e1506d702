/**
 * `npm run bench`: synthesizes the stack, serves it from a temporary folder on a free port, measures every operation and prints the report.
 * Exit code 1 when a bar is not met. `-- --write` also puts the report into docs/cost.md and its first table into the README.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sectionOf } from './deployment/section.ts';
import { createTable, type Results, report } from './report.ts';
import { runAll } from './run.ts';
import { projectDirectory, withStack } from './serve.ts';

// The SDK may warn about the Node version of this machine, which is not the one on AWS.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
const log = (line: string) => console.error(`… ${line}`);
const costFile = join(projectDirectory, 'docs', 'cost.md');

function write(results: Results): void {
  writeFileSync(costFile, report(results, deployment));
  const readme = join(projectDirectory, 'README.md');
  if (!existsSync(readme)) return;
  const [start, end] = ['<!-- bench:start -->', '<!-- bench:end -->'];
  const text = readFileSync(readme, 'utf8');
  const [before, after] = [text.indexOf(start), text.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`unable to write into the README; it has no ${start} … ${end}`);
  writeFileSync(readme, `${text.slice(0, before)}${start}\n\n${createTable(results)}\n\n${text.slice(after)}`);
}

// `npm run bench:deployment` measures and writes this part.
const deployment = sectionOf(existsSync(costFile) ? readFileSync(costFile, 'utf8') : '');
const results = await withStack((runtime, folders) => runAll(runtime, folders, { times: 5, log }));
console.log(report(results, deployment));
if (process.argv.includes('--write')) write(results);
const missed = results.bars.filter(({ met }) => !met);
for (const { name, seen } of missed) console.error(`NOT met: ${name} (seen: ${seen})`);
process.exit(missed.length > 0 ? 1 : 0);

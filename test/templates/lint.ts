/**
 * Checks the templates of every variant with cdk-nag, cfn-lint and checkov: `npm run lint:templates [-- --required]`. A machine without Python or
 * its registry checks with cdk-nag alone and says so; with `--required` it fails.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judge } from './accepted.ts';
import { installLinters, runCfnLint, runCheckov } from './linters.ts';
import { synthesizeAll } from './synthesize-all.ts';

const programs = installLinters();
const folder = mkdtempSync(join(tmpdir(), 'parley-templates-'));
try {
  const { templates: synthesized, findings } = synthesizeAll(folder);
  const templates = [...synthesized, 'examples/pipeline/roles.yaml'];
  const all = programs
    ? [...findings, ...runCfnLint(programs, templates), ...runCheckov(programs, templates)]
    : [...findings];
  const { open, unused } = judge(all);
  for (const { rule, resource, message } of open)
    console.error(`${rule} ${resource.replace(folder, '')}\n  ${message}`);
  if (programs) {
    for (const rule of unused) console.error(`test/templates/accepted.ts accepts ${rule}, which finds nothing.`);
  }
  const wrong = open.length + (programs ? unused.length : 0);
  console.log(
    `${templates.length} templates: ${all.length - open.length} findings are accepted, ${wrong} are to be mended.`,
  );
  if (!programs)
    console.log('cfn-lint and checkov have not run: they need Python 3 with venv and pip, and its registry.');
  if (wrong > 0 || (!programs && process.argv.includes('--required'))) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** `npm run bench:deployment`: what a deployment costs in a month. `-- --write` puts it into docs/cost.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStage } from '#test/support/stage';
import { projectDirectory, withStack } from '../serve.ts';
import { inputs } from './inputs.ts';
import { deploymentReport } from './report.ts';
import { measureScenes } from './scenes.ts';
import { insertSection } from './section.ts';

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const scenes = await withStack(async (runtime, folders) => {
  const stage = await openStage(runtime, folders);
  try {
    return await measureScenes(stage, { ...inputs, hours: 24, times: 15 });
  } finally {
    await stage.stop();
  }
});
const report = deploymentReport(scenes, inputs);
console.log(report);
if (process.argv.includes('--write')) {
  const file = join(projectDirectory, 'docs', 'cost.md');
  writeFileSync(file, insertSection(readFileSync(file, 'utf8'), report));
}
process.exit(0);

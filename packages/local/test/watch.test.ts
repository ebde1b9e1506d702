import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { watchProject } from '#watch';

test('a saved file is synthesized and served; a broken one is logged, and the next good one is served', async () => {
  const projectDirectory = await mkdtemp(join(tmpdir(), 'local-watch-'));
  const app = join(projectDirectory, 'lib', 'deep', 'app.mjs');
  const write = (text: string) =>
    writeFile(
      app,
      `import { writeFileSync } from 'node:fs'; ${text}; writeFileSync(process.env.CDK_OUTDIR + '/manifest.json', '{}');`,
    );
  await mkdir(join(projectDirectory, 'lib', 'deep'), { recursive: true });
  await writeFile(
    join(projectDirectory, 'cdk.json'),
    '{"app":"node lib/deep/app.mjs","watch":{"include":["lib/**","absent/**"]}}',
  );
  await write('');

  const lines: string[] = [];
  const reloaded: string[] = [];
  const dataDirectory = join(projectDirectory, 'data');
  const runtime = { reload: async (directory: string) => void reloaded.push(directory) };
  const watching = watchProject({ projectDirectory, dataDirectory, runtime, log: (line) => lines.push(line) });
  try {
    await write('1');
    await expect.poll(() => reloaded, { timeout: 10_000 }).toContain(join(dataDirectory, 'cdk.out'));
    await write('throw new Error("not like this")');
    await expect
      .poll(() => lines.at(-1), { timeout: 10_000 })
      .toContain('Not reloaded: unable to synthesize the stack; Error: not like this');
    const before = reloaded.length;
    await write('2');
    await expect.poll(() => reloaded.length, { timeout: 10_000 }).toBeGreaterThan(before);
    await expect.poll(() => lines.at(-1)).toMatch(/^Reloaded after \d+\.\d s$/);
  } finally {
    await watching.stop();
    await rm(projectDirectory, { recursive: true });
  }
});

import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, posix, win32 } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createExcludes, isSynthesized, synthesize } from '#synthesize';

const root = await mkdtemp(join(tmpdir(), 'local-synth-'));
let projectDirectory: string;
let assemblyDirectory: string;
let count = 0;

beforeEach(async () => {
  count += 1;
  projectDirectory = join(root, `project-${count}`);
  assemblyDirectory = join(root, `data-${count}`, 'cdk.out');
  await mkdir(join(projectDirectory, 'lib'), { recursive: true });
  for (const file of ['package.json', 'package-lock.json', 'lib/a.ts'])
    await writeFile(join(projectDirectory, file), '{}');
});
afterAll(() => rm(root, { recursive: true }));

/** A project whose app is this program. */
async function project(program: string): Promise<{ projectDirectory: string; assemblyDirectory: string }> {
  await writeFile(join(projectDirectory, 'app.mjs'), program);
  const cdk = {
    app: 'node app.mjs',
    context: { colour: 'green' },
    watch: { include: ['lib/**'], exclude: ['**/*.test.ts', 'lib/dist'] },
  };
  await writeFile(join(projectDirectory, 'cdk.json'), JSON.stringify(cdk));
  return { projectDirectory, assemblyDirectory };
}

const writesContext = `
  import { writeFileSync } from 'node:fs';
  writeFileSync(process.env.CDK_OUTDIR + '/manifest.json', process.env.CDK_CONTEXT_JSON);`;

test('the app of cdk.json gets its context and the output folder', async () => {
  await synthesize(await project(writesContext));
  expect(JSON.parse(await readFile(join(assemblyDirectory, 'manifest.json'), 'utf8'))).toEqual({ colour: 'green' });
});

test('the app gets an account and a region, as from the CLI, unless the person has chosen others', async () => {
  const writesPlace = writesContext.replace(
    'process.env.CDK_CONTEXT_JSON',
    'process.env.CDK_DEFAULT_ACCOUNT + process.env.CDK_DEFAULT_REGION',
  );
  const place = async () => {
    await synthesize(await project(writesPlace));
    return readFile(join(assemblyDirectory, 'manifest.json'), 'utf8');
  };
  expect(await place()).toBe('000000000000us-east-1');
  vi.stubEnv('CDK_DEFAULT_REGION', 'eu-west-1');
  expect(await place()).toBe('000000000000eu-west-1');
  vi.unstubAllEnvs();
});

test('what the CLI has looked up is context too, unless cdk.json says otherwise', async () => {
  const options = await project(writesContext);
  const known = { 'vpc-provider:default': { vpcId: 'vpc-1' }, colour: 'red' };
  await writeFile(join(options.projectDirectory, 'cdk.context.json'), JSON.stringify(known));
  await synthesize(options);
  expect(JSON.parse(await readFile(join(assemblyDirectory, 'manifest.json'), 'utf8'))).toEqual({
    'vpc-provider:default': { vpcId: 'vpc-1' },
    colour: 'green',
  });
});

test('chosen values replace those of cdk.json', async () => {
  await synthesize({ ...(await project(writesContext)), context: { colour: 'blue', size: '1' } });
  const used = JSON.parse(await readFile(join(assemblyDirectory, 'manifest.json'), 'utf8'));
  expect(used).toEqual({ colour: 'blue', size: '1' });
});

test('the app gets what cdk.context.json holds, unless cdk.json says something else', async () => {
  const options = await project(writesContext);
  const lookedUp = { 'ssm:account=1:parameterName=/a:region=eu-west-1': 'found', colour: 'red' };
  await writeFile(join(projectDirectory, 'cdk.context.json'), JSON.stringify(lookedUp));
  await synthesize(options);
  const used = JSON.parse(await readFile(join(assemblyDirectory, 'manifest.json'), 'utf8'));
  expect(used).toEqual({ ...lookedUp, colour: 'green' });
});

describe('an assembly', () => {
  test('is current for the chosen values that it was made with, in any order, and for no others', async () => {
    const options = await project(writesContext);
    await synthesize({ ...options, context: { colour: 'blue', size: '1' } });
    const isCurrent = (context?: Record<string, string>) => isSynthesized({ ...options, ...(context && { context }) });
    expect(isCurrent({ size: '1', colour: 'blue' })).toBe(true);
    expect([isCurrent(), isCurrent({ colour: 'blue' }), isCurrent({ colour: 'blue', size: '2' })]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('of a version that noted no values is made again', async () => {
    const options = await project(writesContext);
    await synthesize(options);
    await writeFile(`${assemblyDirectory}.stamp`, `${Date.now() + 1000}`);
    expect(isSynthesized(options)).toBe(false);
  });

  test('is current until a source is saved', async () => {
    const options = await project(writesContext);
    expect(isSynthesized(options)).toBe(false);
    await synthesize(options);
    expect(isSynthesized(options)).toBe(true);
    const later = new Date(Date.now() + 1000);
    await utimes(join(projectDirectory, 'lib', 'a.ts'), later, later);
    expect(isSynthesized(options)).toBe(false);
  });

  test('is current until a source is deleted', async () => {
    const options = await project(writesContext);
    await synthesize(options);
    await rm(join(projectDirectory, 'lib', 'a.ts'));
    expect(isSynthesized(options)).toBe(false);
  });

  test('is current when a file changes in a folder that cdk.json excludes', async () => {
    await mkdir(join(projectDirectory, 'lib', 'dist'));
    const options = await project(writesContext);
    await synthesize(options);
    const later = new Date(Date.now() + 1000);
    await writeFile(join(projectDirectory, 'lib', 'dist', 'made.js'), '');
    await utimes(join(projectDirectory, 'lib', 'dist', 'made.js'), later, later);
    await utimes(join(projectDirectory, 'lib', 'dist'), later, later);
    expect(isSynthesized(options)).toBe(true);
  });

  test('is current when cdk.json watches the whole project and files change that `cdk watch` ignores', async () => {
    const options = await project(writesContext);
    const cdk = { app: 'node app.mjs', watch: { include: ['**'] } };
    await writeFile(join(projectDirectory, 'cdk.json'), JSON.stringify(cdk));
    await synthesize(options);
    const save = async (...path: string[]) => {
      const file = join(projectDirectory, ...path);
      const later = new Date(Date.now() + 1000);
      await mkdir(join(file, '..'), { recursive: true });
      await writeFile(file, '');
      await utimes(file, later, later);
    };
    for (const folder of ['node_modules', '.local', 'cdk.out']) await save(folder, 'made.js');
    expect(isSynthesized(options)).toBe(true);
    await save('lib', 'deep', 'new.ts');
    expect(isSynthesized(options)).toBe(false);
  });

  test('is not current after a failed synthesis', async () => {
    const options = await project(writesContext);
    await synthesize(options);
    await project('throw new Error("broken since");');
    await expect(synthesize(options)).rejects.toThrow('broken since');
    expect(isSynthesized(options)).toBe(false);
  });
});

describe('one sentence for an app that', () => {
  test.each([
    ['throws', 'throw new TypeError("there is no such construct");', 'TypeError: there is no such construct'],
    [
      'cannot be bundled',
      'console.error("✘ [ERROR] Could not resolve \\"nothing\\"\\n\\n  a.ts:1:2\\n"); process.exit(1);',
      '✘ [ERROR] Could not resolve "nothing"',
    ],
    [
      'says so itself',
      'console.error("unable to use the option stage=1"); process.exit(1);',
      'unable to use the option stage=1',
    ],
    ['says nothing', 'process.exit(3);', 'it says nothing'],
  ])('%s', async (_what, program, sentence) => {
    await expect(synthesize(await project(program))).rejects.toThrow(
      `unable to synthesize the stack; ${sentence} (all of it: `,
    );
  });

  test('does not exist', async () => {
    await expect(synthesize({ projectDirectory, assemblyDirectory })).rejects.toThrow('unable to read cdk.json');
  });
});

test.each([
  ['Windows', win32],
  ['Linux and macOS', posix],
])('what cdk.json excludes with slashes is excluded as %s writes it', (_system, path) => {
  const excludes = createExcludes(['lib/dist', ''], path);
  expect(excludes(path.join('lib', 'dist', 'a.js'))).toBe(true);
  expect(excludes(path.join('lib', 'node_modules', 'a.js'))).toBe(true);
  expect(excludes(path.join('lib', 'distance.ts'))).toBe(false);
  expect(excludes('.')).toBe(false);
});

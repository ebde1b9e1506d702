import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';

const root = await mkdtemp(join(tmpdir(), 'parley-install-'));
let folder: string;
let count = 0;

beforeEach(async () => {
  count += 1;
  folder = join(root, `clone-${count}`);
  await mkdir(join(folder, 'bin'), { recursive: true });
  await copyFile(
    resolve(import.meta.dirname, '../../bin/ensure-installed.mjs'),
    join(folder, 'bin', 'ensure-installed.mjs'),
  );
  await writeFile(join(folder, 'package.json'), '{"engines":{"node":">=20.19"}}');
  await writeFile(join(folder, 'package-lock.json'), '{}');
  // Stands in for npm: it writes down its arguments, and makes the file that npm makes last.
  await writeFile(
    join(folder, 'npm.js'),
    `const { mkdirSync, writeFileSync } = require('node:fs');
     writeFileSync('asked', process.argv.slice(2).join(' '));
     if (process.env.NPM_FAILS) process.exit(1);
     mkdirSync('node_modules', { recursive: true });
     const packages = process.argv.includes('--omit=dev') ? {} : { 'node_modules/vitest': {} };
     writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages }));`,
  );
});
afterAll(() => rm(root, { recursive: true }));

function ensure(env: Record<string, string> = {}, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/ensure-installed.mjs', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, npm_execpath: join(folder, 'npm.js'), ...env },
  });
  return { status, said: stdout + stderr };
}
const asked = () => readFile(join(folder, 'asked'), 'utf8').catch(() => 'nothing');

test('a fresh clone is installed, once, without what only tests need', async () => {
  expect(ensure()).toEqual({ status: 0, said: 'Installing what is missing (npm ci --omit=dev) …\n' });
  expect(await asked()).toMatch(/^ci --omit=dev\b/);
  expect(ensure()).toEqual({ status: 0, said: '' });
});

test('tests add what they need, once, and take nothing away from a server that runs', async () => {
  ensure();
  expect(ensure({}, '--all').status).toBe(0);
  expect(await asked()).toMatch(/^install --no-save --include=dev\b/);
  expect(ensure({}, '--all')).toEqual({ status: 0, said: '' });
  expect(ensure()).toEqual({ status: 0, said: '' });
});

test('tests on a fresh clone install everything at once', async () => {
  expect(ensure({}, '--all').status).toBe(0);
  expect(await asked()).toMatch(/^ci --include=dev\b/);
});

test('a lock file that has changed since the last install is installed again', async () => {
  ensure();
  await rm(join(folder, 'asked'));
  const later = new Date(Date.now() + 60_000);
  await utimes(join(folder, 'package-lock.json'), later, later);
  expect(ensure().status).toBe(0);
  expect(await asked()).toMatch(/^ci\b/);
});

test('a start with a changed lock file keeps what tests need, where it was', async () => {
  ensure({}, '--all');
  const later = new Date(Date.now() + 60_000);
  await utimes(join(folder, 'package-lock.json'), later, later);
  expect(ensure().status).toBe(0);
  expect(await asked()).toMatch(/^ci --include=dev\b/);
});

test('a failed install is reported, with exit code 1', () => {
  const { status, said } = ensure({ NPM_FAILS: 'yes' });
  expect({ status, said: said.split('\n').at(-2) }).toEqual({
    status: 1,
    said: 'unable to install the packages; npm says why above.',
  });
});

test('a Node version that is too old is reported in one sentence, and nothing is installed', async () => {
  await writeFile(join(folder, 'package.json'), '{"engines":{"node":">=99.1"}}');
  expect(ensure()).toEqual({
    status: 1,
    said: `Parley needs Node.js 99.1 or newer; this is ${process.versions.node}.\n`,
  });
  expect(await asked()).toBe('nothing');
});

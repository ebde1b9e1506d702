import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { isAlive, type ParentView, whenOrphaned } from '#orphan';

const orphan = pathToFileURL(`${import.meta.dirname}/../src/orphan.ts`).href;

/** A program that starts another, which says when it has become an orphan. */
const child = `
  import { isAlive, whenOrphaned } from ${JSON.stringify(orphan)};
  const { ppid } = process;
  // On Windows the parent's id stays.
  const view = process.argv.includes('windows') ? { ppid, isAlive } : undefined;
  whenOrphaned(() => { console.log('orphan'); process.exit(); }, view);
  // The test waits for it, so that the timer alone must not keep it.
  setInterval(() => {}, 1000);
  console.log('ready');
`;
const parent = `
  import { spawn } from 'node:child_process';
  const [node, code, ...rest] = process.argv.slice(1);
  spawn(node, ['--import', 'tsx', '--input-type=module', '-e', code, '-', ...rest], { stdio: 'inherit' });
`;

test.each([[], ['windows']])(
  'a process whose parent was killed learns it, also where the id stays %s',
  async (...args) => {
    const command = ['--input-type=module', '-e', parent, process.execPath, child, ...args];
    const running = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
    running.stdout.setEncoding('utf8');
    expect(await once(running.stdout, 'data')).toEqual(['ready\n']);
    const said = once(running.stdout, 'data');
    running.kill('SIGKILL');
    expect(await said).toEqual(['orphan\n']);
  },
);

test('a process whose parent lives goes on', async () => {
  const looked = new Promise<number>((resolve) => {
    const view: ParentView = {
      ppid: process.ppid,
      isAlive(pid) {
        resolve(pid);
        return isAlive(pid);
      },
    };
    whenOrphaned(() => resolve(0), view);
  });
  // The timer does not keep a process.
  const alive = setTimeout(() => {}, 10_000);
  expect(await looked).toBe(process.ppid);
  clearTimeout(alive);
});

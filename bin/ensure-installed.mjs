// Comes first in `npm start` and runs before `npm test` and `npm run check`, so that they work on a fresh clone. Plain Node and nothing else:
// nothing is installed yet. `npm start` leaves out what only tests, checks and deployments need, which is half of it; with `--all` the rest is added.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('..', import.meta.url);
const at = (path) => fileURLToPath(new URL(path, root));

/** One of the packages that `npm start` does not need. */
const onlyForTests = 'node_modules/vitest';

const wanted = JSON.parse(readFileSync(at('package.json'), 'utf8')).engines.node.replace('>=', '');
if (isOlder(process.versions.node, wanted)) {
  fail(`Parley needs Node.js ${wanted} or newer; this is ${process.versions.node}.`);
}
const { packages, isCurrent } = readInstalled();
// What was there stays: somebody who develops does not lose the tools with an `npm start` after a pull.
const all = process.argv.includes('--all') || packages.includes(onlyForTests);
if (!isCurrent) {
  npm('ci', all ? '--include=dev' : '--omit=dev');
} else if (all && !packages.includes(onlyForTests)) {
  // Nothing is taken away: `npm start` may be running.
  npm('install', '--no-save', '--include=dev');
}

/** What npm says that it has installed, and whether that was for this lock file. */
function readInstalled() {
  // npm writes this file at its end, at the same moment as the lock file if it changes that; much older, it belongs to another state.
  const mark = at('node_modules/.package-lock.json');
  if (!existsSync(mark)) return { packages: [], isCurrent: false };
  return {
    packages: Object.keys(JSON.parse(readFileSync(mark, 'utf8')).packages ?? {}),
    isCurrent: statSync(mark).mtimeMs + 2000 >= statSync(at('package-lock.json')).mtimeMs,
  };
}

function npm(...command) {
  console.log(`Installing what is missing (npm ${command.join(' ')}) …`);
  const args = [...command, '--no-audit', '--no-fund'];
  // npm tells its children where it is; its own name is a script file that not every system can start.
  const path = process.env.npm_execpath;
  const options = { cwd: at('.'), stdio: 'inherit' };
  const { status, error } = path?.endsWith('.js')
    ? spawnSync(process.execPath, [path, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  if (status !== 0) fail(`unable to install the packages; ${error?.message ?? 'npm says why above'}.`);
}

function isOlder(version, least) {
  const [a, b] = [version, least].map((text) => text.split('.').map(Number));
  const at = [0, 1, 2].find((index) => (a[index] ?? 0) !== (b[index] ?? 0));
  return at !== undefined && (a[at] ?? 0) < (b[at] ?? 0);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

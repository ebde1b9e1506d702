// Comes first in `npm start` and runs before `npm test`, so that they work on a fresh clone. Plain Node and nothing else: nothing is installed yet.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('..', import.meta.url);
const at = (path) => fileURLToPath(new URL(path, root));

const wanted = JSON.parse(readFileSync(at('package.json'), 'utf8')).engines.node.replace('>=', '');
if (isOlder(process.versions.node, wanted)) {
  fail(`Parley needs Node.js ${wanted} or newer; this is ${process.versions.node}.`);
}
if (!isInstalled()) {
  console.log('Installing what is missing (npm ci) …');
  // npm tells its children where it is; its own name is a script file that not every system can start.
  const npm = process.env.npm_execpath;
  const options = { cwd: at('.'), stdio: 'inherit' };
  const { status, error } = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, 'ci', '--no-audit', '--no-fund'], options)
    : spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { ...options, shell: process.platform === 'win32' });
  if (status !== 0) fail(`unable to install the packages; ${error?.message ?? 'npm says why above'}.`);
}

/** npm writes this file at its end, at the same moment as the lock file if it changes that; much older, it belongs to another state. */
function isInstalled() {
  const mark = at('node_modules/.package-lock.json');
  return existsSync(mark) && statSync(mark).mtimeMs + 2000 >= statSync(at('package-lock.json')).mtimeMs;
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

// `npm start` and `npm run dev`. Plain Node, because nothing may be installed yet. The process that goes on running loads one file that was
// bundled from the TypeScript sources: a loader for TypeScript would stay in it with 40 MB, and reading hundreds of files takes half a second.
import './ensure-installed.mjs';
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const bundle = new URL('../node_modules/.cache/parley/start.mjs', import.meta.url);

if (!isCurrent()) {
  const program = fileURLToPath(new URL('./bundle-start.mjs', import.meta.url));
  const { status } = spawnSync(process.execPath, [program, fileURLToPath(bundle)], { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}
await import(bundle.href);

/** True when no file has changed that the bundle was made from. */
function isCurrent() {
  try {
    const sources = JSON.parse(readFileSync(new URL('start.mjs.sources', bundle), 'utf8'));
    return Object.entries(sources).every(([path, changed]) => statSync(path).mtimeMs === changed);
  } catch {
    return false;
  }
}

/** Prints the size of each file that a first visit of the page downloads, in bytes after gzip. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstVisit } from './first-visit.ts';

const folder = mkdtempSync(join(tmpdir(), 'parley-page-'));
const sizes = Object.entries(firstVisit(folder));
rmSync(folder, { recursive: true });
const all = sizes.reduce((sum, [, size]) => sum + size, 0);
for (const [file, size] of [...sizes, ['total', all] as const]) console.log(`${String(size).padStart(6)}  ${file}`);

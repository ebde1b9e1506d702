import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildPage } from '#lib/build-page';

/** Builds the page into a folder. @returns the size of the document and of its scripts and style sheets, in bytes after gzip, by file */
export function firstVisit(folder: string): Record<string, number> {
  buildPage(folder);
  const document = readFileSync(join(folder, 'index.html'), 'utf8');
  const linked = [...document.matchAll(/(?:src|href)="\/?([^":]+\.(?:js|css))"/g)].map(([, file = '']) => file);
  const sizeOf = (file: string) => gzipSync(readFileSync(join(folder, file)), { level: 9 }).length;
  return Object.fromEntries(['index.html', ...linked].map((file) => [file, sizeOf(file)]));
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildPage } from '#lib/build-page';

/** Builds the page into a folder. @returns bytes, compressed with gzip, of the document and of the scripts and styles that it names, by file */
export function firstVisit(folder: string): Record<string, number> {
  buildPage(folder);
  const document = readFileSync(join(folder, 'index.html'), 'utf8');
  const named = [...document.matchAll(/(?:src|href)="\/?([^":]+\.(?:js|css))"/g)].map(([, file = '']) => file);
  const sizeOf = (file: string) => gzipSync(readFileSync(join(folder, file)), { level: 9 }).length;
  return Object.fromEntries(['index.html', ...named].map((file) => [file, sizeOf(file)]));
}

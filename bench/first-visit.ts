import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPage, sizesOf } from '#web/build';

/** Builds the page into a folder. @returns bytes, compressed with gzip, of the document and of the scripts and styles that it names, by file */
export function firstVisit(folder: string): Record<string, number> {
  buildPage(folder);
  const document = readFileSync(join(folder, 'index.html'), 'utf8');
  const named = [...document.matchAll(/(?:src|href)="\/?([^":]+\.(?:js|css))"/g)].map(([, file = '']) => file);
  return sizesOf(folder, ['index.html', ...named]);
}

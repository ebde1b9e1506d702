import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPage } from './build-page.ts';
import { bundleFunction } from './bundle-function.ts';
import type { FunctionName } from './function-sources.ts';

/**
 * The files of functions, page and edge, built from the sources at synthesis: once for all chats of an app. The published package brings them
 * built, and has packages/cdk/src/built-files.ts in place of this module.
 */

/** @returns a folder that exists until the program ends */
export function functionFiles(name: FunctionName): string {
  return once(`function-${name}`, (folder) => bundleFunction(name, folder));
}

/** @returns a folder that exists until the program ends */
export function pageFiles(): string {
  return once('page', buildPage);
}

/** The function that CloudFront runs. */
export const rewriteFile = join(import.meta.dirname, '../edge/rewrite.js');

let all: string | undefined;
const done = new Set<string>();

function once(name: string, build: (folder: string) => void): string {
  if (all === undefined) {
    const created = mkdtempSync(join(tmpdir(), 'parley-build-'));
    process.once('exit', () => rmSync(created, { recursive: true, force: true }));
    all = created;
  }
  const folder = join(all, name);
  if (!done.has(name)) build(folder);
  done.add(name);
  return folder;
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPage } from './build-page.ts';
import { bundleFunction, type FunctionSource } from './bundle-function.ts';

/**
 * The files of functions, page and edge, built from the sources at synthesis. The published package brings them built, and has
 * packages/cdk/src/built-files.ts in place of this module.
 */

/** @param use copies the folder, which is deleted afterwards */
export function withFunctionFiles<Result>(source: FunctionSource, use: (folder: string) => Result): Result {
  return withFolder((folder) => {
    bundleFunction(source, folder);
    return use(folder);
  });
}

/** @param use copies the folder, which is deleted afterwards */
export function withPageFiles<Result>(use: (folder: string) => Result): Result {
  return withFolder((folder) => {
    buildPage(folder);
    return use(folder);
  });
}

/** The function that CloudFront runs. */
export const rewriteFile = join(import.meta.dirname, '../edge/rewrite.js');

function withFolder<Result>(use: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'parley-build-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

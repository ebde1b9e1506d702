import { join } from 'node:path';
import type { FunctionName } from '#lib/function-sources';

/** What takes the place of `lib/files.ts` in the published package, which has functions, page and edge beside it. */

const folder = import.meta.dirname;

export function functionFiles(name: FunctionName): string {
  return join(folder, 'functions', name);
}

export function pageFiles(): string {
  return join(folder, 'page');
}

export const rewriteFile = join(folder, 'rewrite.js');

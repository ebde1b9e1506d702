import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Lets the types of a built package name each other's files as modules (`./chat.js`). The compiler leaves the names of the sources
 * (`./chat.ts`) in them, which TypeScript before 5.0 refuses, and so do some other programs.
 */
export function namePortably(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.d.ts')) continue;
    const file = join(folder, name);
    const types = readFileSync(file, 'utf8');
    writeFileSync(file, types.replace(/((?:from|import\() ?['"]\.[^'"]*)\.tsx?(?=['"])/g, '$1.js'));
  }
}

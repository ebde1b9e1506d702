import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';

interface Resource {
  readonly Properties?: { readonly Environment?: { readonly Variables?: Record<string, unknown> } };
}

/** The stack with other settings of its functions, without synthesizing it again. @returns its cloud assembly */
export function withEnvironment(settings: Readonly<Record<string, string>>): string {
  const assemblyDirectory = mkdtempSync(join(inject('dataFolder'), 'assembly-'));
  cpSync(inject('assemblyDirectory'), assemblyDirectory, { recursive: true });
  for (const file of readdirSync(assemblyDirectory).filter((name) => name.endsWith('.template.json'))) {
    const template = JSON.parse(readFileSync(join(assemblyDirectory, file), 'utf8'));
    for (const { Properties } of Object.values<Resource>(template.Resources)) {
      const variables = Properties?.Environment?.Variables;
      for (const [name, value] of Object.entries(settings))
        if (variables?.[name] !== undefined) variables[name] = value;
    }
    writeFileSync(join(assemblyDirectory, file), JSON.stringify(template));
  }
  return assemblyDirectory;
}

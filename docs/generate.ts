/** `npm run generate:docs` writes the files below; `npm run check:docs` fails when they are not what it would write. */
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { asyncapi } from './asyncapi.ts';
import { clientLimits } from './client-limits.ts';
import { clientTypes } from './client-types.ts';
import { openapi } from './openapi.ts';

// No anchors: not every reader of these formats follows them.
const yaml = (document: unknown) => stringify(document, { aliasDuplicateObjects: false, lineWidth: 120 });

/** Rules that a front end follows too, for the client, which imports nothing outside itself. */
const rules = ['clean-text', 'fold', 'mentions', 'name-limits', 'personal-data', 'user-name'];
const copyOf = (name: string) => () =>
  `/** Copied from protocol/${name}.ts by \`npm run generate:docs\`: do not edit. */\n${readFileSync(`${import.meta.dirname}/../protocol/${name}.ts`, 'utf8')}`;

const files: Readonly<Record<string, () => string>> = {
  'docs/asyncapi.yaml': () => yaml(asyncapi()),
  'docs/openapi.yaml': () => yaml(openapi()),
  'packages/client/src/protocol.ts': clientTypes,
  'packages/client/src/rules/limits.ts': clientLimits,
  ...Object.fromEntries(rules.map((name) => [`packages/client/src/rules/${name}.ts`, copyOf(name)])),
};

async function main(check: boolean): Promise<void> {
  const outdated: string[] = [];
  for (const [name, make] of Object.entries(files)) {
    const path = `${import.meta.dirname}/../${name}`;
    const text = make();
    if (text === (await readFile(path, 'utf8').catch(() => ''))) continue;
    outdated.push(name);
    if (!check) await writeFile(path, text);
  }
  if (!check) return console.log(outdated.length > 0 ? `Written: ${outdated.join(', ')}` : 'All is current.');
  if (outdated.length === 0) return;
  console.error(`unable to accept ${outdated.join(' and ')}; protocol/ has changed since: run npm run generate:docs`);
  process.exitCode = 1;
}

await main(process.argv.includes('--check'));

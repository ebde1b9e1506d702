/** The limits that a front end can tell people of before the server does, for the client, which imports nothing outside itself. */
import { readFileSync } from 'node:fs';
import { limits } from '#protocol/limits';

const shown = [
  'messageBytes',
  'attachmentAddressBytes',
  'textLength',
  'marksInARow',
  'userNameLength',
  'nameLength',
  'roomNameLength',
  'titleLength',
  'groupBeginners',
  'attachmentsPerMessage',
  'mentionsPerMessage',
  'attachmentBytes',
  'avatarBytes',
  'attachmentPixels',
  'filenameLength',
  'searchLength',
  'descriptionLength',
] as const satisfies readonly (keyof typeof limits)[];

/** The text of `packages/client/src/rules/limits.ts`. */
export function clientLimits(): string {
  const source = ['name-limits', 'limits']
    .map((name) => readFileSync(`${import.meta.dirname}/../protocol/${name}.ts`, 'utf8'))
    .join('');
  const rows = shown.map((name) => {
    const [, comment = ''] = new RegExp(`\\n( {2}/\\*\\*[^\\n]*\\*/\\n) {2}${name}:`).exec(source) ?? [];
    return `${comment}  ${name}: ${limits[name]},\n`;
  });
  return `/** Limits of the server. Printed from protocol/limits.ts by \`npm run generate:docs\`: do not edit. */\nexport const limits = {\n${rows.join('')}} as const;\n`;
}

import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { isObject, parseJson } from '#text';

const flag = z.preprocess((value) => (typeof value === 'string' ? value === 'true' : value), z.boolean());

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-secretsmanager-secret-generatesecretstring.html */
export const GenerateSecretString = z.looseObject({
  PasswordLength: z.coerce.number().int().min(1).max(4_096).default(32),
  ExcludeCharacters: z.string().default(''),
  ExcludeLowercase: flag.default(false),
  ExcludeNumbers: flag.default(false),
  ExcludePunctuation: flag.default(false),
  ExcludeUppercase: flag.default(false),
  IncludeSpace: flag.default(false),
  RequireEachIncludedType: flag.default(true),
  SecretStringTemplate: z.string().optional(),
  GenerateStringKey: z.string().optional(),
});

/** A random password, inside the template's JSON if there is one. @throws Error, one sentence, for settings that give none */
export function generateSecret(settings: z.infer<typeof GenerateSecretString>): string {
  const { SecretStringTemplate, GenerateStringKey } = settings;
  const generated = password(settings);
  if (SecretStringTemplate === undefined && GenerateStringKey === undefined) return generated;
  const template = parseJson(SecretStringTemplate ?? '');
  if (!isObject(template) || GenerateStringKey === undefined) {
    throw new Error('SecretStringTemplate must be a JSON object, and comes with GenerateStringKey');
  }
  return JSON.stringify({ ...template, [GenerateStringKey]: generated });
}

function password(settings: z.infer<typeof GenerateSecretString>): string {
  const allowed = (characters: string, isExcluded: boolean) =>
    isExcluded ? [] : [...characters].filter((character) => !settings.ExcludeCharacters.includes(character));
  const types = [
    allowed('abcdefghijklmnopqrstuvwxyz', settings.ExcludeLowercase),
    allowed('ABCDEFGHIJKLMNOPQRSTUVWXYZ', settings.ExcludeUppercase),
    allowed('0123456789', settings.ExcludeNumbers),
    allowed('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~', settings.ExcludePunctuation),
    allowed(' ', !settings.IncludeSpace),
  ].filter(({ length }) => length > 0);
  const all = types.flat();
  const length = settings.PasswordLength;
  if (all.length === 0 || (settings.RequireEachIncludedType && length < types.length)) {
    throw new Error('the settings of the generated secret leave no password');
  }
  const one = (from: readonly string[]) => from[randomInt(from.length)] ?? '';
  const required = settings.RequireEachIncludedType ? types.map(one) : [];
  const characters = [...required, ...Array.from({ length: length - required.length }, () => one(all))];
  // The required ones must not always stand in front.
  for (let at = characters.length - 1; at > 0; at--) {
    const other = randomInt(at + 1);
    [characters[at], characters[other]] = [characters[other] ?? '', characters[at] ?? ''];
  }
  return characters.join('');
}

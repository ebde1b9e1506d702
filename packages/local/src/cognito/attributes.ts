import type { ClientSettings } from './client-settings.ts';
import { invalidParameter, notAuthorized } from './errors.ts';
import type { PoolSettings } from './pool-settings.ts';

/** The standard attributes of every pool, from OpenID Connect (API reference, SchemaAttributeType). */
const standard = new Set([
  'address',
  'birthdate',
  'email',
  'family_name',
  'gender',
  'given_name',
  'locale',
  'middle_name',
  'name',
  'nickname',
  'phone_number',
  'picture',
  'preferred_username',
  'profile',
  'updated_at',
  'website',
  'zoneinfo',
]);

/** Only Cognito or an administrator sets these. */
const reserved = new Set(['sub', 'email_verified', 'phone_number_verified']);

export interface Attribute {
  readonly Name: string;
  readonly Value?: string | undefined;
}

export type Attributes = Readonly<Record<string, string>>;

/**
 * Checks the attributes of a request.
 * @param client absent for an administrator, who may also set the `…_verified` attributes
 * @throws CognitoError InvalidParameterException or NotAuthorizedException with Cognito's message
 */
export function readAttributes(
  given: readonly Attribute[],
  settings: Pick<PoolSettings, 'schema'>,
  client?: ClientSettings,
): Attributes {
  for (const { Name } of given) {
    if (client ? reserved.has(Name) || client.writable?.includes(Name) === false : Name === 'sub') {
      throw notAuthorized('A client attempted to write unauthorized attribute');
    }
    if (!isKnown(Name, settings)) throw nonconforming(`Type for attribute {${Name}} could not be determined`);
  }
  const attributes = Object.fromEntries(given.map(({ Name, Value }) => [Name, Value ?? '']));
  if (attributes.email && !/^[^\s@]+@[^\s@]+$/.test(attributes.email)) {
    throw invalidParameter('Invalid email address format.');
  }
  if (attributes.phone_number && !/^\+[0-9]{1,15}$/.test(attributes.phone_number)) {
    throw invalidParameter('Invalid phone number format.');
  }
  return attributes;
}

/** @throws CognitoError InvalidParameterException if a required attribute is missing */
export function requireComplete(attributes: Attributes, settings: Pick<PoolSettings, 'schema'>): void {
  const missing = settings.schema.filter(({ Name, Required }) => Required && !attributes[Name]);
  if (missing.length > 0)
    throw nonconforming(missing.map(({ Name }) => `${Name}: The attribute is required\n`).join(''));
}

/** @throws CognitoError InvalidParameterException if there is an immutable attribute */
export function requireMutable(attributes: Attributes, settings: Pick<PoolSettings, 'schema'>): void {
  const fixed = settings.schema.find(({ Name, Mutable }) => !Mutable && storedName(Name) in attributes);
  if (fixed) throw invalidParameter(`user.${storedName(fixed.Name)}: Attribute cannot be updated.\n`);
}

export function readableAttributes(attributes: Attributes, client: Pick<ClientSettings, 'readable'>): Attributes {
  const { readable } = client;
  return readable
    ? Object.fromEntries(Object.entries(attributes).filter(([name]) => readable.includes(name)))
    : attributes;
}

/** The form of the API's responses, with `sub` first. */
export function attributeList(sub: string, attributes: Attributes): Attribute[] {
  return [{ Name: 'sub', Value: sub }, ...Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }))];
}

const storedName = (schemaName: string) =>
  standard.has(schemaName) || schemaName.startsWith('custom:') ? schemaName : `custom:${schemaName}`;

const isKnown = (name: string, { schema }: Pick<PoolSettings, 'schema'>) =>
  standard.has(name) || reserved.has(name) || schema.some((attribute) => storedName(attribute.Name) === name);

const nonconforming = (rules: string) => invalidParameter(`Attributes did not conform to the schema: ${rules}`);

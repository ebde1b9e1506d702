import { z } from 'zod';
import type { Resource } from '#assembly/stack';

const flag = z.union([z.boolean(), z.stringbool()]);
const unitSeconds = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const;
const unit = z.enum(['seconds', 'minutes', 'hours', 'days']);
const defaultFlows = ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_CUSTOM_AUTH'];

const clientProperties = z.object({
  UserPoolId: z.string(),
  ClientName: z.string().optional(),
  ExplicitAuthFlows: z.array(z.string()).default(defaultFlows),
  AccessTokenValidity: z.coerce.number().default(1),
  IdTokenValidity: z.coerce.number().default(1),
  RefreshTokenValidity: z.coerce.number().default(30),
  TokenValidityUnits: z
    .object({ AccessToken: unit.default('hours'), IdToken: unit.default('hours'), RefreshToken: unit.default('days') })
    .default({ AccessToken: 'hours', IdToken: 'hours', RefreshToken: 'days' }),
  AuthSessionValidity: z.coerce.number().default(3),
  EnableTokenRevocation: flag.default(true),
  PreventUserExistenceErrors: z.enum(['ENABLED', 'LEGACY']).default('LEGACY'),
  GenerateSecret: flag.default(false),
  ReadAttributes: z.array(z.string()).optional(),
  WriteAttributes: z.array(z.string()).optional(),
});

/** An app client of the template, with Cognito's defaults. Lifetimes are in seconds. */
export type ClientSettings = Readonly<ReturnType<typeof clientSettings>>;

/** Reads an `AWS::Cognito::UserPoolClient`. @throws ZodError for a template that CloudFormation refuses too */
export function clientSettings(resource: Resource, id: string) {
  const properties = clientProperties.parse(resource.properties);
  const units = properties.TokenValidityUnits;
  return {
    id,
    poolId: properties.UserPoolId,
    name: properties.ClientName ?? resource.logicalId,
    flows: properties.ExplicitAuthFlows,
    accessTokenSeconds: properties.AccessTokenValidity * unitSeconds[units.AccessToken],
    idTokenSeconds: properties.IdTokenValidity * unitSeconds[units.IdToken],
    // For Cognito, 0 means the default of 30 days.
    refreshTokenSeconds: properties.RefreshTokenValidity * unitSeconds[units.RefreshToken] || 30 * unitSeconds.days,
    /** How long a sign-in may wait for the answer to a challenge. */
    authSessionSeconds: properties.AuthSessionValidity * unitSeconds.minutes,
    revocable: properties.EnableTokenRevocation,
    /** The error for an unknown user is the one for a wrong password or code. */
    hidesUsers: properties.PreventUserExistenceErrors === 'ENABLED',
    hasSecret: properties.GenerateSecret,
    /** Absent: all attributes. */
    readable: properties.ReadAttributes,
    /** Absent: all attributes. */
    writable: properties.WriteAttributes,
  };
}

import { z } from 'zod';
import type { Resource } from '#assembly/stack';

/** CloudFormation gives booleans and numbers also as strings. */
const flag = z.union([z.boolean(), z.stringbool()]);
const count = z.coerce.number();
const contact = z.enum(['email', 'phone_number']);
export type Contact = z.infer<typeof contact>;

const passwordPolicy = z.object({
  MinimumLength: count.default(8),
  RequireLowercase: flag.default(false),
  RequireUppercase: flag.default(false),
  RequireNumbers: flag.default(false),
  RequireSymbols: flag.default(false),
});

/** What Cognito applies when a template names no policy. */
const defaultPasswordPolicy = {
  MinimumLength: 8,
  RequireLowercase: true,
  RequireUppercase: true,
  RequireNumbers: true,
  RequireSymbols: true,
};

const schemaAttribute = z.object({
  Name: z.string(),
  Mutable: flag.default(true),
  Required: flag.default(false),
});

const poolProperties = z.object({
  Policies: z.object({ PasswordPolicy: passwordPolicy.default(defaultPasswordPolicy) }).default({
    PasswordPolicy: defaultPasswordPolicy,
  }),
  AliasAttributes: z.array(z.enum(['email', 'phone_number', 'preferred_username'])).default([]),
  UsernameAttributes: z.array(contact).default([]),
  UsernameConfiguration: z.object({ CaseSensitive: flag.default(true) }).default({ CaseSensitive: true }),
  AutoVerifiedAttributes: z.array(contact).default([]),
  Schema: z.array(schemaAttribute).default([]),
  AdminCreateUserConfig: z.object({ AllowAdminCreateUserOnly: flag.default(false) }).default({
    AllowAdminCreateUserOnly: false,
  }),
  LambdaConfig: z.record(z.string(), z.unknown()).default({}),
  AccountRecoverySetting: z
    .object({ RecoveryMechanisms: z.array(z.object({ Name: z.string(), Priority: count.default(1) })).default([]) })
    .optional(),
  EmailVerificationSubject: z.string().default('Your verification code'),
  EmailVerificationMessage: z.string().default('Your confirmation code is {####}'),
  UserAttributeUpdateSettings: z
    .object({ AttributesRequireVerificationBeforeUpdate: z.array(contact).default([]) })
    .default({ AttributesRequireVerificationBeforeUpdate: [] }),
});

export type PasswordPolicy = z.infer<typeof passwordPolicy>;
export type SchemaAttribute = z.infer<typeof schemaAttribute>;

/** What the template says of a user pool, with Cognito's defaults. */
export interface PoolSettings {
  readonly passwordPolicy: PasswordPolicy;
  /** Attributes that name a user at sign-in besides the user name, once verified. */
  readonly aliases: readonly string[];
  /** Attributes that are given instead of a user name at sign-up. */
  readonly usernameAttributes: readonly Contact[];
  /** When false, names are lower-cased. */
  readonly caseSensitive: boolean;
  /** Where codes go at sign-up. */
  readonly autoVerified: readonly Contact[];
  /** Where codes for a forgotten password go, the first choice first; empty: administrators reset passwords. */
  readonly recovery: readonly Contact[];
  /** New values of these count only after their code came back. */
  readonly verifyBeforeUpdate: readonly Contact[];
  readonly schema: readonly SchemaAttribute[];
  readonly adminsCreateUsersOnly: boolean;
  /** Trigger name → function ARN. */
  readonly triggers: Readonly<Record<string, string>>;
  readonly mail: { readonly subject: string /** `{####}` stands for the code. */; readonly message: string };
}

/** Reads an `AWS::Cognito::UserPool`. @throws ZodError for a template that CloudFormation would refuse as well. */
export function poolSettings(resource: Resource): PoolSettings {
  const properties = poolProperties.parse(resource.properties);
  return {
    passwordPolicy: properties.Policies.PasswordPolicy,
    aliases: properties.AliasAttributes,
    usernameAttributes: properties.UsernameAttributes,
    caseSensitive: properties.UsernameConfiguration.CaseSensitive,
    autoVerified: properties.AutoVerifiedAttributes,
    recovery: recoveryOrder(properties.AccountRecoverySetting?.RecoveryMechanisms ?? []),
    verifyBeforeUpdate: properties.UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate,
    schema: properties.Schema,
    adminsCreateUsersOnly: properties.AdminCreateUserConfig.AllowAdminCreateUserOnly,
    triggers: Object.fromEntries(
      Object.entries(properties.LambdaConfig).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      ),
    ),
    mail: { subject: properties.EmailVerificationSubject, message: properties.EmailVerificationMessage },
  };
}

/** Without a setting Cognito takes a verified telephone before a verified address. */
function recoveryOrder(mechanisms: readonly { Name: string; Priority: number }[]): Contact[] {
  if (mechanisms.length === 0) return ['phone_number', 'email'];
  return [...mechanisms]
    .sort((left, right) => left.Priority - right.Priority)
    .map(({ Name }) => contact.safeParse(Name.replace('verified_', '')).data)
    .filter((attribute) => attribute !== undefined);
}

import { z } from 'zod';
import type { Resource } from '#assembly/stack';

/** In CloudFormation, booleans and numbers may be strings. */
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
  TemporaryPasswordValidityDays: count.default(7),
});

/** Cognito's default. */
const defaultPasswordPolicy = {
  MinimumLength: 8,
  RequireLowercase: true,
  RequireUppercase: true,
  RequireNumbers: true,
  RequireSymbols: true,
  TemporaryPasswordValidityDays: 7,
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
  AdminCreateUserConfig: z
    .object({
      AllowAdminCreateUserOnly: flag.default(false),
      InviteMessageTemplate: z
        .object({ EmailSubject: z.string().optional(), EmailMessage: z.string().optional() })
        .default({}),
    })
    .default({ AllowAdminCreateUserOnly: false, InviteMessageTemplate: {} }),
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

/** A user pool of the template, with Cognito's defaults. */
export type PoolSettings = Readonly<ReturnType<typeof poolSettings>>;

/** Reads an `AWS::Cognito::UserPool`. @throws ZodError for a template that CloudFormation refuses too */
export function poolSettings(resource: Resource) {
  const properties = poolProperties.parse(resource.properties);
  const { AllowAdminCreateUserOnly: adminOnlySignUp, InviteMessageTemplate: invitation } =
    properties.AdminCreateUserConfig;
  return {
    passwordPolicy: properties.Policies.PasswordPolicy,
    /** Attributes with which a user may sign in instead of the user name, after verification. */
    aliases: properties.AliasAttributes,
    /** Attributes that replace the user name at sign-up. */
    usernameAttributes: properties.UsernameAttributes,
    /** If false, names are lower-cased. */
    caseSensitive: properties.UsernameConfiguration.CaseSensitive,
    /** The destinations of sign-up codes. */
    autoVerified: properties.AutoVerifiedAttributes,
    /** The destinations of codes for a forgotten password, in order of preference. If empty, only administrators reset passwords. */
    recovery: recoveryOrder(properties.AccountRecoverySetting?.RecoveryMechanisms ?? []),
    /** Attributes that only change after verification. */
    verifyBeforeUpdate: properties.UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate,
    schema: properties.Schema,
    adminOnlySignUp,
    temporaryPasswordMs: properties.Policies.PasswordPolicy.TemporaryPasswordValidityDays * 86_400_000,
    /** Trigger name → function ARN. */
    triggers: Object.fromEntries(
      Object.entries(properties.LambdaConfig).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      ),
    ),
    /** `{####}` in the message is replaced by the code. */
    mail: { subject: properties.EmailVerificationSubject, message: properties.EmailVerificationMessage },
    /** `{username}` in the message is replaced too, and `{####}` by the temporary password. */
    invitation: {
      subject: invitation.EmailSubject ?? 'Your temporary password',
      message: invitation.EmailMessage ?? 'Your username is {username} and temporary password is {####}.',
    },
  };
}

/** By default, Cognito prefers a verified phone number to a verified email address. */
function recoveryOrder(mechanisms: readonly { Name: string; Priority: number }[]): Contact[] {
  if (mechanisms.length === 0) return ['phone_number', 'email'];
  return [...mechanisms]
    .sort((left, right) => left.Priority - right.Priority)
    .map(({ Name }) => contact.safeParse(Name.replace('verified_', '')).data)
    .filter((attribute) => attribute !== undefined);
}

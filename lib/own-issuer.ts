import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Oidc } from './options.ts';
import type { Issuer } from './people.ts';

/**
 * Claims that people change, or that a provider gives to somebody else when an account has ended. Whoever takes an address or a name over would
 * find the user name taken by the account before, and whoever changes theirs would be somebody else here.
 * https://openid.net/specs/openid-connect-core-1_0.html#ClaimStability
 */
const mutableClaims = [
  'email',
  'family_name',
  'given_name',
  'login',
  'mail',
  'name',
  'nickname',
  'phone',
  'phone_number',
  'preferred_username',
  'samaccountname',
  'unique_name',
  'upn',
  'username',
  'user_name',
  'verified_primary_email',
];

/** Microsoft's issuers. Their `sub` has 43 letters of both cases, and a user name has no room for it. */
const entra = /^https:\/\/(login\.microsoftonline\.com|sts\.windows\.net|[^/]+\.ciamlogin\.com)\//;

/** The issuer that the deployer chose. Synthesis warns where its user names would fail people later. */
export function ownIssuer(scope: IConstruct, { issuer, audience, usernameClaim }: Oidc): Issuer {
  const warn = (id: string, message: string) => Validations.of(scope).addWarning(`parley:${id}`, message);
  if (mutableClaims.includes(usernameClaim.toLowerCase())) {
    warn(
      'mutable-username-claim',
      `oidc.usernameClaim is ${usernameClaim}, which people can change and providers give again: who has changed theirs is somebody else in Parley, and who gets a former one is refused. Use a claim that never changes, such as sub or Entra's oid.`,
    );
  }
  if (usernameClaim === 'sub' && entra.test(issuer)) {
    warn(
      'entra-sub',
      "The sub of Entra's tokens takes more than the 64 characters of a user name, so every token would be refused. Use oidc.usernameClaim=oid.",
    );
  }
  return { url: issuer, audience, usernameClaim };
}

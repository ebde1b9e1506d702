import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccountRecovery,
  FeaturePlan,
  Mfa,
  UserPool,
  type UserPoolClient,
  UserPoolOperation,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type { Options } from './options.ts';
import type { ParleyFunction } from './parley-function.ts';
import { acknowledge } from './permissions.ts';

/** The issuer of the accepted tokens. Both APIs check the same three values. */
export interface Issuer {
  readonly url: string;
  /** Accepted `aud` (id tokens) or `client_id` (access tokens). */
  readonly audience: readonly string[];
  /** The claim with the user name. Undefined for a Cognito pool: its two kinds of tokens use different claims. */
  readonly usernameClaim?: string;
}

/** A Cognito user pool whose users sign up by themselves and are known by a user name. */
export class People extends Construct {
  readonly pool: UserPool;
  readonly client: UserPoolClient;
  readonly issuer: Issuer;
  /** The page sends sign-up and sign-in requests to this address. */
  readonly address: string;

  constructor(scope: Construct, id: string, options: Pick<Options, 'removalPolicy' | 'selfSignUp'>) {
    super(scope, id);
    const retain = options.removalPolicy === 'retain';
    this.pool = new UserPool(this, 'Pool', {
      selfSignUpEnabled: options.selfSignUp,
      // User names are lower case in Parley: Alice and alice must be one account.
      signInCaseSensitive: false,
      signInAliases: { username: true },
      standardAttributes: { email: { required: true, mutable: true } },
      autoVerify: { email: true },
      // The old address stays until the user has confirmed the new one.
      keepOriginal: { email: true },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      passwordPolicy: {
        minLength: 8,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(7),
      },
      mfa: Mfa.OFF,
      // It has everything that Parley uses, at about a third of the price of the next plan.
      featurePlan: FeaturePlan.LITE,
      deletionProtection: retain,
      removalPolicy: retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    acknowledge(this.pool, {
      COG2: 'People sign up in one step with a password. For a second factor the deployer uses an OpenID Connect issuer (option oidc).',
      COG8: 'The Plus plan costs more per user than everything else together; a deployer who wants it changes one line.',
    });

    this.client = this.pool.addClient('Client', {
      // Browsers and phones cannot keep a secret.
      generateSecret: false,
      authFlows: { userPassword: true, userSrp: true },
      // No hosted pages: CDK would otherwise allow redirects to example.com.
      disableOAuth: true,
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(30),
    });
    this.address = `https://cognito-idp.${Stack.of(this).region}.amazonaws.com`;
    this.issuer = {
      url: `${this.address}/${this.pool.userPoolId}`,
      audience: [this.client.userPoolClientId],
    };
  }

  /** Lets a function do this with accounts: `USER_POOL_ID`, and these actions on this pool alone. */
  bind(fn: ParleyFunction, ...actions: ('AdminDeleteUser' | 'AdminGetUser' | 'AdminUserGlobalSignOut')[]): void {
    fn.configure({ USER_POOL_ID: this.pool.userPoolId });
    fn.allow(
      actions.map((action) => `cognito-idp:${action}`),
      [this.pool.userPoolArn],
    );
  }

  /** Cognito calls this function before it makes an account, and waits at most 5 seconds for it. */
  onSignUp(fn: ParleyFunction): void {
    this.pool.addTrigger(UserPoolOperation.PRE_SIGN_UP, fn.lambda);
  }

  /** Cognito calls this function after a user has confirmed the account, and waits at most 5 seconds for it. */
  onConfirmed(fn: ParleyFunction): void {
    this.pool.addTrigger(UserPoolOperation.POST_CONFIRMATION, fn.lambda);
  }
}

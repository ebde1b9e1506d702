import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
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

/** Whose tokens are accepted. Both APIs check the same three facts. */
export interface Issuer {
  readonly url: string;
  /** Accepted `aud` (id tokens) or `client_id` (access tokens). */
  readonly audience: readonly string[];
  /** The claim with the user name; absent for a Cognito pool, whose two token kinds name it differently. */
  readonly usernameClaim?: string;
}

/** A Cognito user pool whose users sign up by themselves and are known by a user name. */
export class People extends Construct {
  readonly pool: UserPool;
  readonly client: UserPoolClient;
  readonly issuer: Issuer;
  /** Where sign-up and sign-in are asked for. */
  readonly address: string;

  constructor(scope: Construct, id: string, options: Pick<Options, 'removalPolicy'>) {
    super(scope, id);
    const retain = options.removalPolicy === 'retain';
    this.pool = new UserPool(this, 'Pool', {
      selfSignUpEnabled: true,
      // User names are lower case in Parley: Alice and alice must be one account.
      signInCaseSensitive: false,
      signInAliases: { username: true },
      standardAttributes: { email: { required: true, mutable: true } },
      autoVerify: { email: true },
      // A new address counts only when its owner has confirmed it.
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
      // The plan with all that is used here, at about a third of the price of the next one.
      featurePlan: FeaturePlan.LITE,
      deletionProtection: retain,
      removalPolicy: retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    Validations.of(this.pool).acknowledge({
      id: 'AwsSolutions-COG2',
      reason:
        'A chat account is made in one step with a password; who needs a second factor brings an OpenID Connect issuer (option oidc).',
    });
    Validations.of(this.pool).acknowledge({
      id: 'AwsSolutions-COG8',
      reason:
        'The Plus plan costs more per user than all else that a user costs; a deployer who wants it changes one line.',
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

  /** Lets a function end a user's sessions: `USER_POOL_ID`, and `AdminUserGlobalSignOut` on this pool alone. */
  bind(fn: ParleyFunction): void {
    fn.configure({ USER_POOL_ID: this.pool.userPoolId });
    fn.allow(['cognito-idp:AdminUserGlobalSignOut'], [this.pool.userPoolArn]);
  }

  /** Has Cognito call this function once a user has confirmed the account; Cognito waits at most 5 seconds for it. */
  onConfirmed(fn: ParleyFunction): void {
    this.pool.addTrigger(UserPoolOperation.POST_CONFIRMATION, fn.lambda);
  }
}

import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccountRecovery,
  FeaturePlan,
  type IUserPool,
  type IUserPoolClient,
  Mfa,
  UserPool,
  UserPoolEmail,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type { ParleyFunction } from './parley-function.ts';
import { acknowledge } from './permissions.ts';
import type { Settings } from './settings.ts';

/** The issuer of the accepted tokens. Both APIs check the same three values. */
export interface Issuer {
  readonly url: string;
  /** The address of its keys. Undefined for an issuer of the deployer, which says it itself. */
  readonly keys?: string;
  /** Accepted `aud` (id tokens) or `client_id` (access tokens). */
  readonly audience: readonly string[];
  /** The claim with the user name. Undefined for a Cognito pool: its two kinds of tokens use different claims. */
  readonly usernameClaim?: string;
}

/** A user pool, and the client with which people sign in to it. */
export interface PoolWithClient<Pool extends IUserPool = IUserPool> {
  readonly pool: Pool;
  readonly client: IUserPoolClient;
}

/** The Cognito user pool whose users chat: the deployer's, or one of Parley's own. */
export class People extends Construct {
  readonly pool: IUserPool;
  readonly client: IUserPoolClient;
  /** Parley's own pool. Undefined if the deployer's is used, of which nothing is changed. */
  readonly ownPool: UserPool | undefined;
  readonly issuer: Issuer;
  /** The page sends sign-up and sign-in requests to this address. */
  readonly address: string;

  /** @param given the deployer's pool */
  constructor(scope: Construct, id: string, options: PoolSettings, given?: PoolWithClient) {
    super(scope, id);
    const own = given ? undefined : this.createPool(options);
    const { pool, client } = given ?? own ?? {};
    if (!pool || !client) throw new Error('unable to sign people in; there is no user pool');
    this.pool = pool;
    this.client = client;
    this.ownPool = own?.pool;
    this.address = `https://cognito-idp.${pool.env.region}.amazonaws.com`;
    const url = `${this.address}/${pool.userPoolId}`;
    this.issuer = {
      url,
      // https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
      keys: `${url}/.well-known/jwks.json`,
      audience: [client.userPoolClientId],
    };
  }

  /** A pool whose users sign up by themselves and are known by a user name. */
  private createPool(options: PoolSettings): PoolWithClient<UserPool> {
    const retain = options.removalPolicy === 'retain';
    const pool = new UserPool(this, 'Pool', {
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
      email:
        options.mailFrom === undefined
          ? undefined
          : UserPoolEmail.withSES({ fromEmail: options.mailFrom, sesRegion: Stack.of(this).region }),
      deletionProtection: retain,
      removalPolicy: retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    acknowledge(pool, {
      COG2: 'People sign up in one step with a password. For a second factor the deployer uses an OpenID Connect issuer (option oidc).',
      COG8: 'The Plus plan costs more per user than everything else together; a deployer who wants it changes one line.',
    });

    const client = pool.addClient('Client', {
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
    return { pool, client };
  }

  /** Lets a function do this with accounts: `USER_POOL_ID`, and these actions on this pool alone. */
  bind(fn: ParleyFunction, ...actions: AccountAction[]): void {
    fn.configure({ USER_POOL_ID: this.pool.userPoolId });
    fn.allow(
      actions.map((action) => `cognito-idp:${action}`),
      [this.pool.userPoolArn],
    );
  }
}

/** What Parley's functions may do with accounts. */
type AccountAction =
  | 'AdminCreateUser'
  | 'AdminDeleteUser'
  | 'AdminGetUser'
  | 'AdminSetUserPassword'
  | 'AdminUserGlobalSignOut';

type PoolSettings = Pick<Settings, 'mailFrom' | 'removalPolicy' | 'selfSignUp'>;

import type { RemovalPolicy } from 'aws-cdk-lib';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IUserPool, IUserPoolClient } from 'aws-cdk-lib/aws-cognito';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IHostedZone } from 'aws-cdk-lib/aws-route53';
import type { ITopic } from 'aws-cdk-lib/aws-sns';

/** An OpenID Connect issuer. */
export interface IssuerProps {
  /** The `iss` of its tokens to the letter, also a slash at the end; its keys are found through `<issuer>/.well-known/openid-configuration`. */
  readonly issuer: string;
  /** Accepted values of `aud` (or `client_id`). */
  readonly audience: string[];
  /** The claim that holds the user name. It must never change for a person. @default 'sub' */
  readonly usernameClaim?: string;
}

/** How people who are away are told. One of the two is enough. */
export interface PushProps {
  /** Browsers, by Web Push. */
  readonly web?: {
    /** Name of the secret with the JSON that `npx web-push generate-vapid-keys --json` writes. */
    readonly secret: string;
    /** The `publicKey` of that JSON. */
    readonly publicKey: string;
    /** The contact for push services: `mailto:` or `https:`. */
    readonly subject: string;
    /** Origins that subscriptions may point to. @default the push services of the known browsers */
    readonly endpoints?: string[];
  };
  /** Apps, by Firebase Cloud Messaging. */
  readonly fcm?: {
    /** Name of the secret with the JSON file of a service account. */
    readonly secret: string;
  };
}

/** A limit of a stage: a token bucket. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html */
export interface Throttle {
  /** Requests a second in the long run. */
  readonly rate: number;
  /** Requests at once. */
  readonly burst: number;
}

/** What a month may cost. Actual costs of 80% and 100% and a forecast above 100% are told by mail. */
export interface BudgetProps {
  /** US dollars. */
  readonly dollars: number;
  readonly email: string;
  /**
   * The name of one of `tags`: only what has it counts. It must have been activated as a cost allocation tag of the account.
   * https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html
   * @default everything in the account counts
   */
  readonly tag?: string;
}

export interface Throttles {
  /** HTTP requests. @default { rate: 2000, burst: 1000 } */
  readonly http?: Throttle;
  /** Frames and connections. @default { rate: 2000, burst: 1000 } */
  readonly socket?: Throttle;
}

/** What a deployer may choose. Everything has a default. docs/options.md says the same for `cdk.json`. */
export interface ParleyProps {
  /**
   * Tells this chat from another one in the same account: part of its metrics' namespace, `Parley/<name>`.
   * @default none in an app of its own; else the construct's path
   */
  readonly name?: string;

  // Who may chat

  /** The pool whose users chat, with `userPoolClient`. Nothing of it is changed; see `Parley.addTriggers`. @default a pool of Parley's own */
  readonly userPool?: IUserPool;
  /** The client with which people sign in. It must allow `ALLOW_USER_PASSWORD_AUTH` if the page is used. */
  readonly userPoolClient?: IUserPoolClient;
  /** An OpenID Connect issuer instead of a pool. @default a pool */
  readonly issuer?: IssuerProps;
  /** May people sign up by themselves in Parley's own pool? @default true */
  readonly selfSignUp?: boolean;
  /**
   * The address from which Parley's own pool sends its mail, an identity that SES has verified in this region. Cognito itself sends at most 50
   * mails a day. @default Cognito's own
   */
  readonly mailFrom?: string;

  // Where it is reached

  /** Host name of page and APIs, like `chat.example.com`; it needs `certificate`. @default CloudFront's */
  readonly domainName?: string;
  /** A certificate for `domainName`, in us-east-1. */
  readonly certificate?: ICertificate;
  /** The zone of `domainName`. Its records then point to CloudFront. @default the deployer makes the records */
  readonly hostedZone?: IHostedZone;
  /** ARN of a web ACL of scope CLOUDFRONT, in us-east-1. @default none */
  readonly webAclArn?: string;
  /** Is the chat page served? Otherwise `/ws` and `/api` alone are. @default true */
  readonly page?: boolean;
  /** Origins whose pages may connect, besides the stack's own. @default ['*'], all */
  readonly allowedOrigins?: string[];
  /** The last part of the WebSocket API's address. It is no environment: for a second one use `name`. @default 'prod' */
  readonly stage?: string;

  // What is kept

  /** After how many days messages and their files are deleted; 0 keeps them for ever. @default 0 */
  readonly messageRetentionDays?: number;
  /**
   * How many days back table and files can be restored, at most 35; 0 for not at all. What was deleted or erased is in the backups for as long, but
   * never longer than `messageRetentionDays`. @default 35
   */
  readonly recoveryDays?: number;
  /** What becomes of the messages of somebody who deletes their account. @default 'keep' */
  readonly deletedMessages?: 'keep' | 'erase';
  /** What happens to table, bucket and pool when the stack is deleted: RETAIN or DESTROY. @default RETAIN */
  readonly removalPolicy?: RemovalPolicy;
  /** Encrypts the table, the uploads and the queues. Its policy must let this account's IAM decide, as CDK's keys do. @default keys of AWS */
  readonly encryptionKey?: IKey;
  /** @default RetentionDays.ONE_MONTH */
  readonly logRetentionDays?: RetentionDays;

  // Rules among people

  /** How many messages and changes a member may send to a conversation in `sendLimitSeconds`; 0 for any number. @default 20 */
  readonly sendLimit?: number;
  /** @default 10 */
  readonly sendLimitSeconds?: number;
  /** Bytes of files that a user may upload and forward on one day (UTC); 0 for any number. @default 1073741824 */
  readonly fileBytesPerDay?: number;
  /** Can only friends open a direct conversation? @default false */
  readonly friendsFirst?: boolean;
  /** Is somebody who is no contact asked before they are a member of a managed group? @default true */
  readonly invitations?: boolean;
  /** Who may make rooms: `open`, `closed`, or user names. @default 'open' */
  readonly rooms?: 'open' | 'closed' | string[];
  /** Whom people find. @default 'everybody' */
  readonly directory?: 'everybody' | 'exact' | 'contacts';
  /** Who sees whether somebody is online. @default 'everybody' */
  readonly presence?: 'everybody' | 'contacts';
  /** Pushes to members who are offline. @default none */
  readonly push?: PushProps;

  // How it runs

  /** Who gets the alarms. @default nobody */
  readonly alarmTopic?: ITopic;
  /** An address that gets the alarms, after it has confirmed. @default nobody */
  readonly alarmEmail?: string;
  /** Does X-Ray record traces of the functions? See docs/metrics.md#traces. @default false */
  readonly tracing?: boolean;
  /**
   * Does a function sign in every five minutes, send, receive and read, as a person does? Its user is made in the pool at its first run, so it needs
   * a pool and not an `issuer`. See docs/metrics.md#the-canary. @default false
   */
  readonly canary?: boolean;
  /** Is there a dashboard in CloudWatch? An account's first three are free, others cost $3 a month. @default true */
  readonly dashboard?: boolean;
  /** Limits of both APIs. All APIs of an account share 10,000 requests a second and region, in some regions 2,500. */
  readonly throttles?: Throttles;
  /**
   * The account's quota of concurrent executions in this region: new accounts have 10. What nobody waits for – the table's stream, large rooms,
   * counts, pushes – takes about half of it together at most. @default 1000
   */
  readonly concurrency?: number;
  /** Capacity that the table has from the start, in units a second, before a launch for instance. It can only grow. @default none */
  readonly warmThroughput?: { readonly readUnitsPerSecond: number; readonly writeUnitsPerSecond: number };
  /** Up to this number of members the function that causes an event also posts it; others do for larger conversations. @default 100 */
  readonly inlineMembers?: number;
  /**
   * How a new version of the functions behind the APIs takes over. With `canary` it gets a tenth of the frames and requests for ten minutes, with
   * `linear` a tenth more every two minutes; when an alarm on errors rings meanwhile, the whole deployment is taken back.
   * @default 'at-once'
   */
  readonly rollout?: 'at-once' | 'canary' | 'linear';
  /**
   * How many environments of a function are always ready, so that nobody waits for a cold start: about $4 a month for one of `authorize`, $9 for one
   * of `socket` or `http`. @default none
   */
  readonly provisioned?: { readonly authorize?: number; readonly socket?: number; readonly http?: number };
  /** Tags of every resource that can have some. @default none */
  readonly tags?: Readonly<Record<string, string>>;
  /** @default none */
  readonly budget?: BudgetProps;
  /** Does the stack give API Gateway the role that writes logs for the whole account? false if the account has one. @default true */
  readonly apiGatewayLogRole?: boolean;
}

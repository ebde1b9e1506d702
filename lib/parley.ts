import { Stack, Tags } from 'aws-cdk-lib';
import type { HttpApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { type IUserPool, type IUserPoolClient, type UserPool, UserPoolOperation } from 'aws-cdk-lib/aws-cognito';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ChatMetric } from '#lambdas/runtime/metric-names';
import { streamFilters } from '#lambdas/stream/handlers';
import { AccountJobs } from './account-jobs.ts';
import { Alarms } from './alarms.ts';
import { Budget } from './budget.ts';
import { Canary } from './canary.ts';
import { ChatTable } from './chat-table.ts';
import { Dashboard } from './dashboard.ts';
import { Edge } from './edge.ts';
import { FanOut } from './fan-out.ts';
import { HttpEndpoint } from './http-endpoint.ts';
import { OnlineCounts } from './online-counts.ts';
import { OptionsError } from './options-error.ts';
import { ownIssuer } from './own-issuer.ts';
import { ownMetric } from './own-metric.ts';
import { Page } from './page.ts';
import { ParleyFunction } from './parley-function.ts';
import type { ParleyProps } from './parley-props.ts';
import { People, type PoolWithClient } from './people.ts';
import { Push } from './push.ts';
import { Rollout } from './rollout.ts';
import { readSettings, type Settings } from './settings.ts';
import { SocketApi } from './socket-api.ts';
import { TableStream } from './table-stream.ts';
import { Uploads } from './uploads.ts';

/**
 * A serverless chat: a table, a bucket, two APIs, a page, and the functions between them. Each construct inside says what it is and which
 * permissions it gives; this one connects them.
 * @throws OptionsError one sentence for each prop that is wrong
 */
export class Parley extends Construct {
  /** Everything but files. Its items: docs/data-model.md. */
  readonly table: Table;
  /** Attachments, avatars and archives. */
  readonly bucket: Bucket;
  readonly httpApi: HttpApi;
  readonly webSocketStage: WebSocketStage;
  /** Page, sockets and HTTP on one host. */
  readonly distribution: Distribution;
  /** `https://` and the host of page and APIs. */
  readonly url: string;
  /** Whose users chat. Undefined with an issuer. */
  readonly userPool: IUserPool | undefined;
  readonly userPoolClient: IUserPoolClient | undefined;
  /** Records and events that were given up. */
  readonly deadLetters: Queue;
  /** Deletions of accounts and archives that are not done. */
  readonly accountQueue: Queue;
  private readonly settings: Settings;
  private readonly chat: ChatTable;
  private readonly alarms: Alarms;
  private readonly all: ParleyFunction[] = [];

  constructor(scope: Construct, id: string, props: ParleyProps = {}) {
    super(scope, id);
    const options = readSettings(this, props);
    this.settings = options;

    const chat = new ChatTable(this, 'Chat', options);
    const uploads = new Uploads(this, 'Uploads', options);
    const given = poolOf(props);
    const people = options.oidc ? undefined : new People(this, 'People', options, given);
    const issuer = options.oidc ? ownIssuer(this, options.oidc) : people?.issuer;
    if (!issuer) throw new Error('unable to accept tokens; there is neither a user pool nor an issuer');

    // `authorize` and `socket` run while a client waits for its connection, so they get more CPU to start faster.
    const authorize = new ParleyFunction(this, 'Authorize', {
      memory: 512,
      // Only the request for the issuer's keys can take long.
      timeout: 10,
      live: live(options, 'authorize'),
      options,
    });
    const socket = new ParleyFunction(this, 'Socket', {
      memory: 1024,
      // API Gateway gives up after 29 s; a send that takes half of that has failed.
      timeout: 15,
      live: live(options, 'socket'),
      options,
    });
    const http = new ParleyFunction(this, 'Http', { memory: 1024, timeout: 15, live: live(options, 'http'), options });
    const notify = new ParleyFunction(this, 'Notify', {
      // No client waits for its start, and it spends its time waiting for the network.
      memory: 512,
      // Enough for a whole batch, with the retries of its slowest connection.
      timeout: 60,
      options,
    });

    const sockets = new SocketApi(this, 'Sockets', { authorize, socket, options });
    const endpoint = new HttpEndpoint(this, 'Endpoint', { issuer, http, options });

    // Both verify tokens: of a new connection, and of one that is open.
    for (const fn of [authorize, socket]) {
      fn.configure({
        ISSUER: issuer.url,
        KEYS_URL: issuer.keys,
        AUDIENCE: issuer.audience.join(','),
        USERNAME_CLAIM: issuer.usernameClaim,
      });
    }
    authorize.configure({ ALLOWED_ORIGINS: options.allowedOrigins.join(',') });
    for (const fn of [socket, http, notify]) {
      chat.bind(fn, 'BatchGetItem', 'GetItem', 'PutItem', 'Query', 'QueryMembers', 'UpdateItem');
      fn.configure({
        HTTP_URL: endpoint.api.apiEndpoint,
        RETENTION_DAYS: String(options.messageRetentionDays),
        SEND_COUNT: String(options.sendLimit),
        SEND_SECONDS: String(options.sendLimitSeconds),
        FILE_BYTES_PER_DAY: String(options.fileBytesPerDay),
        FRIENDS_FIRST: String(options.friendsFirst),
        INVITATIONS: String(options.invitations),
        ROOM_MAKERS: options.rooms.join(','),
        DIRECTORY: options.directory,
        PRESENCE: options.presence,
      });
    }
    chat.bind(http, 'QueryPeople');
    // Transactions with a condition on an item that they do not write.
    for (const fn of [socket, http]) chat.bind(fn, 'ConditionCheckItem');
    // `socket` and `notify` close the connection of an expired token: at its next frame, or when the stream has an event for it.
    sockets.bind(socket, 'POST', 'DELETE');
    sockets.bind(http, 'POST');
    sockets.bind(notify, 'POST', 'DELETE');
    uploads.bind(socket, 'claim', 'show', 'discard');
    uploads.bind(http, 'receive', 'claim', 'show', 'discard', 'portray', 'unportray', 'hand');
    uploads.bind(notify, 'show', 'discard', 'picture', 'unportray');
    http.configure({ USERNAME_CLAIM: issuer.usernameClaim });
    people?.bind(http, 'AdminGetUser', 'AdminUserGlobalSignOut');

    const functions = [socket, http, notify];
    http.configure({ DELETED_MESSAGES: options.deletedMessages });
    const changes = new TableStream(this, 'Changes', {
      table: chat.table,
      to: notify,
      filters: streamFilters,
      options,
    });

    const jobs = new AccountJobs(this, 'AccountJobs', { deadLetters: changes.deadLetters, options });
    jobs.bind(http);
    functions.push(jobs.fn);
    chat.bind(
      jobs.fn,
      'BatchGetItem',
      'ConditionCheckItem',
      'GetItem',
      'PutItem',
      'Query',
      'QueryMembers',
      'UpdateItem',
    );
    sockets.bind(jobs.fn, 'POST');
    jobs.fn.configure({ RETENTION_DAYS: String(options.messageRetentionDays) });
    uploads.bind(jobs.fn, 'discard', 'unportray', 'archive');
    people?.bind(jobs.fn, 'AdminUserGlobalSignOut', 'AdminDeleteUser');

    const fanOut = new FanOut(this, 'LargeRooms', { chat, sockets, deadLetters: changes.deadLetters, options });
    for (const fn of functions) fanOut.bind(fn);
    functions.push(...fanOut.functions);
    const counts = new OnlineCounts(this, 'OnlineCounts', {
      chat,
      sockets,
      deadLetters: changes.deadLetters,
      options,
    });
    counts.bind(notify);
    functions.push(counts.fn);
    const pushes = options.push && new Push(this, 'Pushes', { chat, http, push: options.push, options });
    if (pushes) functions.push(...pushes.functions);
    this.all.push(authorize, ...functions);

    this.chat = chat;
    const waitedFor = [authorize, socket, http];
    const streaming = [notify, ...(pushes ? [pushes.plan] : [])];
    this.alarms = new Alarms(this, 'Alarms', {
      functions,
      // It throws in order to refuse.
      refusing: [authorize],
      waitedFor,
      streaming,
      fanOut: fanOut.fanOut,
      chunks: fanOut.chunks,
      table: chat.table,
      httpApi: endpoint.api,
      failedFrames: sockets.failed,
      unchecked: endpoint.unchecked,
      deadLetters: changes.deadLetters,
      lostPushes: pushes?.deadLetters,
      topics: this.topics(props),
      options,
    });
    if (people?.ownPool) this.addTriggers(people.ownPool);

    if (options.rollout !== 'at-once') {
      new Rollout(this, 'Rollout', {
        functions: [authorize, socket, http],
        alarms: this.alarms,
        how: options.rollout,
      });
    }
    if (options.budget) new Budget(this, 'Budget', options.budget, options.tags);
    for (const [name, value] of Object.entries(options.tags)) Tags.of(this).add(name, value);

    const config = people
      ? {
          cognito: people.address,
          clientId: people.client.userPoolClientId,
          region: people.pool.env.region,
          ...(options.selfSignUp ? {} : { selfSignUp: false }),
        }
      : { issuer: issuer.url, audience: issuer.audience };
    const page = options.page ? new Page(this, 'Page', { config, options }) : undefined;
    const edge = new Edge(this, 'Edge', {
      http: endpoint.api,
      socketStage: sockets.stage,
      page: page?.bucket,
      reach: {
        files: `https://${uploads.bucket.bucketRegionalDomainName}`,
        signIn: people?.address ?? new URL(issuer.url).origin,
      },
      domain: domainOf(options, props),
      webAclArn: options.webAclArn,
    });

    if (options.canary) this.addCanary(people, edge);
    // After all functions.
    if (options.dashboard) {
      new Dashboard(this, 'Watch', {
        alarms: this.alarms,
        functions: this.all,
        waitedFor,
        streaming,
        chunks: fanOut.chunks,
        deadLetters: [changes.deadLetters, ...(pushes?.deadLetters ?? [])],
        table: chat.table,
        httpApi: endpoint.api,
        ofSockets: (name, more) => metricOfSockets(sockets.stage, name, more),
        options,
      });
    }

    this.table = chat.table;
    this.bucket = uploads.bucket;
    this.httpApi = endpoint.api;
    this.webSocketStage = sockets.stage;
    this.distribution = edge.distribution;
    this.url = `https://${options.domainName ?? edge.distribution.distributionDomainName}`;
    this.userPool = people?.pool;
    this.userPoolClient = people?.client;
    this.deadLetters = changes.deadLetters;
    this.accountQueue = jobs.queue;
  }

  /** Every function by its name, such as `Socket`, `Http`, `Notify`; those of `addTriggers` once it has been called. */
  get functions(): Readonly<Record<string, IFunction>> {
    return Object.fromEntries(this.all.map((fn) => [fn.node.id, fn.lambda]));
  }

  /**
   * Lets a pool refuse names in time that the chat would refuse later, and make people findable when they have confirmed their account. Parley's own
   * pool has these triggers. Without them people of your pool are findable from their first request on.
   * @param pool of this stack, without triggers of its own before sign-up and after confirmation
   */
  addTriggers(pool: UserPool): void {
    const { settings: options, chat } = this;
    const signUp = new ParleyFunction(this, 'SignUp', {
      memory: 512,
      // Cognito's own limit: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-identity-pools-working-with-aws-lambda-triggers.html
      timeout: 5,
      options,
    });
    chat.bind(signUp, 'PutItem');
    pool.addTrigger(UserPoolOperation.POST_CONFIRMATION, signUp.lambda);
    const checkName = new ParleyFunction(this, 'CheckName', {
      // Somebody waits for it, and it reads a large table of characters when it starts.
      memory: 1024,
      timeout: 5,
      options,
    });
    chat.bind(checkName, 'GetItem', 'PutItem');
    pool.addTrigger(UserPoolOperation.PRE_SIGN_UP, checkName.lambda);
    this.alarms.watch(signUp);
    this.alarms.watchRefusing(checkName);
    for (const fn of [signUp, checkName]) this.alarms.watchThrottles(fn);
    this.all.push(signUp, checkName);
  }

  /** Lets a function of yours read the table and its indexes. */
  grantReadTable(grantee: IGrantable): Grant {
    return this.table.grantReadData(grantee);
  }

  /** Lets a function of yours read attachments. */
  grantReadFiles(grantee: IGrantable): Grant {
    return this.bucket.grantRead(grantee, 'attachments/*');
  }

  /** Lets a function of yours post to connections. */
  grantPostToConnections(grantee: IGrantable): Grant {
    const { api, stageName } = this.webSocketStage;
    const resource = { service: 'execute-api', resource: api.apiId, resourceName: `${stageName}/POST/@connections/*` };
    return Grant.addToPrincipal({
      grantee,
      actions: ['execute-api:ManageConnections'],
      resourceArns: [Stack.of(this).formatArn(resource)],
    });
  }

  /** Sockets that were opened. */
  metricConnects(options?: MetricOptions): Metric {
    return this.ofSockets('ConnectCount', options);
  }

  /** Frames, both ways. */
  metricFrames(options?: MetricOptions): Metric {
    return this.ofSockets('MessageCount', options);
  }

  /** Frames and connections whose function failed or refused. */
  metricFrameErrors(options?: MetricOptions): Metric {
    return this.ofSockets('IntegrationError', options);
  }

  /** HTTP requests. */
  metricRequests(options?: MetricOptions): Metric {
    return this.httpApi.metricCount(options);
  }

  /** HTTP requests that were answered with 5xx. */
  metricRequestErrors(options?: MetricOptions): Metric {
    return this.httpApi.metricServerError(options);
  }

  /** Records and events that were given up and wait for somebody to look at them. */
  metricDeadLetters(options?: MetricOptions): Metric {
    return this.deadLetters.metricApproximateNumberOfMessagesVisible(options);
  }

  /** Messages that were stored. */
  metricMessages(options?: MetricOptions): Metric {
    return this.metric('MessagesStored', { statistic: Stats.SUM, ...options });
  }

  /** Milliseconds from a frame to the last post of its message. Ask for percentiles: `statistic: 'p99'`. */
  metricDeliveryTime(options?: MetricOptions): Metric {
    return this.metric('DeliveryTime', options);
  }

  /** A metric of the chat itself, by its name, without a statistic. Those that there are: docs/metrics.md. */
  metric(name: ChatMetric, options?: MetricOptions): Metric {
    return ownMetric(this.settings, name, options);
  }

  private ofSockets(metricName: string, options?: MetricOptions): Metric {
    return metricOfSockets(this.webSocketStage, metricName, { statistic: Stats.SUM, ...options });
  }

  private addCanary(people: People | undefined, { distribution }: Edge): void {
    if (!people)
      throw new OptionsError('unable to use canary; it signs in to a user pool, and tokens come from an issuer');
    const url = `https://${distribution.distributionDomainName}`;
    const { fn } = new Canary(this, 'Canary', { people, url, options: this.settings });
    this.alarms.watch(fn);
    this.alarms.watchCanary();
    this.all.push(fn);
  }

  private topics({ alarmTopic, alarmEmail }: ParleyProps): ITopic[] {
    const topics = alarmTopic ? [alarmTopic] : [];
    if (alarmEmail === undefined) return topics;
    const mails = new Topic(this, 'AlarmMails', { displayName: 'Parley', enforceSSL: true });
    // CDK's policy only refuses plain http, and takes the place of SNS's own, which lets the account's alarms publish.
    mails.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [mails.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    mails.addSubscription(new EmailSubscription(alarmEmail));
    return [...topics, mails];
  }
}

/**
 * Whether a function has an alias, and how much of it is ready.
 * @throws OptionsError if an account with this quota cannot have so much ready: https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
 */
function live({ rollout, provisioned, concurrency }: Settings, name: keyof Settings['provisioned']) {
  const all = Object.values(provisioned).reduce((sum, one) => sum + (one ?? 0), 0);
  if (all > 0 && all > concurrency - 100) {
    throw new OptionsError(
      `unable to have ${all} environments ready; AWS keeps 100 of the account's ${concurrency} concurrent executions for functions without any`,
    );
  }
  const ready = provisioned[name] ?? 0;
  return rollout === 'at-once' && ready === 0 ? undefined : { provisioned: ready };
}

function metricOfSockets({ api, stageName }: WebSocketStage, metricName: string, options?: MetricOptions): Metric {
  const dimensionsMap = { ApiId: api.apiId, Stage: stageName };
  return new Metric({ namespace: 'AWS/ApiGateway', metricName, dimensionsMap, ...options });
}

function poolOf({ userPool, userPoolClient, issuer }: ParleyProps): PoolWithClient | undefined {
  if ((userPool === undefined) !== (userPoolClient === undefined)) {
    throw new OptionsError('unable to use userPool and userPoolClient; both have to be given, or none');
  }
  if (userPool && issuer) throw new OptionsError('unable to use userPool and issuer; only one can sign people in');
  return userPool && userPoolClient && { pool: userPool, client: userPoolClient };
}

function domainOf({ domainName }: Settings, { certificate, hostedZone }: ParleyProps) {
  if (domainName === undefined && !certificate && !hostedZone) return undefined;
  if (domainName === undefined || !certificate) {
    throw new OptionsError(
      'unable to use a domain; it takes domainName and certificate, and hostedZone if there is one',
    );
  }
  return { name: domainName, certificate, zone: hostedZone };
}

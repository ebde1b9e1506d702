import { Aws, CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { streamFilters } from '#lambdas/stream/handlers';
import { AccountJobs } from './account-jobs.ts';
import { Alarms } from './alarms.ts';
import { ChatTable } from './chat-table.ts';
import { Edge } from './edge.ts';
import { FanOut } from './fan-out.ts';
import { HttpEndpoint } from './http-endpoint.ts';
import { OnlineCounts } from './online-counts.ts';
import type { Options } from './options.ts';
import { ownIssuer } from './own-issuer.ts';
import { Page } from './page.ts';
import { ParleyFunction } from './parley-function.ts';
import { People } from './people.ts';
import { Push } from './push.ts';
import { SocketApi } from './socket-api.ts';
import { TableStream } from './table-stream.ts';
import { Uploads } from './uploads.ts';

export interface ParleyStackProps extends StackProps {
  readonly options: Options;
}

/** All of Parley. Each construct says what it is and which permissions it gives; the stack connects them. */
export class ParleyStack extends Stack {
  constructor(scope: Construct, id: string, { options, ...props }: ParleyStackProps) {
    // Without CDK's own usage record the template depends on this code only.
    super(scope, id, { analyticsReporting: false, ...props });

    const chat = new ChatTable(this, 'Chat', options);
    const uploads = new Uploads(this, 'Uploads', options);
    const people = options.oidc === undefined ? new People(this, 'People', options) : undefined;
    const issuer = options.oidc === undefined ? people?.issuer : ownIssuer(this, options.oidc);
    if (!issuer) throw new Error('unable to accept tokens; there is neither a user pool nor an issuer');

    // `authorize` and `socket` run while a client waits for its connection, so they get more CPU to start faster.
    const authorize = new ParleyFunction(this, 'Authorize', {
      entry: 'authorize.ts',
      memory: 512,
      // Only the request for the issuer's keys can take long.
      timeout: 10,
      options,
    });
    const socket = new ParleyFunction(this, 'Socket', {
      entry: 'socket/index.ts',
      memory: 1024,
      // API Gateway gives up after 29 s; a send that takes half of that has failed.
      timeout: 15,
      options,
    });
    const http = new ParleyFunction(this, 'Http', { entry: 'http/index.ts', memory: 1024, timeout: 15, options });
    const notify = new ParleyFunction(this, 'Notify', {
      entry: 'stream/notify.ts',
      // No client waits for its start, and it spends its time waiting for the network.
      memory: 512,
      // Enough for a whole batch, with the retries of its slowest connection.
      timeout: 60,
      options,
    });

    const sockets = new SocketApi(this, 'Sockets', { authorize, socket, options });
    const endpoint = new HttpEndpoint(this, 'Endpoint', { issuer, http, options });

    authorize.configure({
      ISSUER: issuer.url,
      AUDIENCE: issuer.audience.join(','),
      USERNAME_CLAIM: issuer.usernameClaim,
      ALLOWED_ORIGINS: options.allowedOrigins.join(','),
    });
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
    uploads.bind(http, 'receive', 'claim', 'show', 'discard', 'portray', 'hand');
    uploads.bind(notify, 'show', 'discard', 'unportray');
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

    // They throw in order to refuse.
    const refusing = [authorize];
    if (people) {
      const signUp = new ParleyFunction(this, 'SignUp', {
        entry: 'sign-up.ts',
        memory: 512,
        // Cognito's own limit: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-identity-pools-working-with-aws-lambda-triggers.html
        timeout: 5,
        options,
      });
      chat.bind(signUp, 'PutItem');
      people.onConfirmed(signUp);
      functions.push(signUp);
      const checkName = new ParleyFunction(this, 'CheckName', {
        entry: 'check-name.ts',
        // Somebody waits for it, and it reads a large table of characters when it starts.
        memory: 1024,
        timeout: 5,
        options,
      });
      chat.bind(checkName, 'GetItem', 'PutItem');
      people.onSignUp(checkName);
      refusing.push(checkName);
    }

    new Alarms(this, 'Alarms', {
      functions,
      refusing,
      unchecked: endpoint.unchecked,
      deadLetters: changes.deadLetters,
      lostPushes: pushes?.deadLetters,
    });

    const config = people
      ? {
          cognito: people.address,
          clientId: people.client.userPoolClientId,
          region: Aws.REGION,
          ...(options.selfSignUp ? {} : { selfSignUp: false }),
        }
      : { issuer: issuer.url, audience: issuer.audience };
    const page = new Page(this, 'Page', { config, options });
    const edge = new Edge(this, 'Edge', {
      http: endpoint.api,
      socketStage: sockets.stage,
      page: page.bucket,
      reach: {
        files: `https://${uploads.bucket.bucketRegionalDomainName}`,
        signIn: people?.address ?? new URL(issuer.url).origin,
      },
    });

    const output = (name: string, value: string, description: string) =>
      new CfnOutput(this, name, { value, description });
    output(
      'WebUrl',
      `https://${edge.distribution.distributionDomainName}`,
      'Everything on one host: the page, /ws and /api',
    );
    output('HttpUrl', endpoint.api.apiEndpoint, 'The HTTP API itself');
    output('WebSocketUrl', sockets.stage.url, 'The WebSocket API itself');
    output('Region', Aws.REGION, 'Where all of this is');
    const noPool = `none: tokens come from ${issuer.url}`;
    output('UserPoolId', people?.pool.userPoolId ?? noPool, 'Where people sign up and in');
    output('UserPoolClientId', people?.client.userPoolClientId ?? noPool, 'The client that signs them in');
  }
}

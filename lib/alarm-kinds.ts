/** What somebody reads who is woken: it stands in the alarm's description. */
interface AlarmText {
  /** What has happened to people. */
  readonly means: string;
  /** The first thing to do. The rest is in docs/operations.md, under a heading with the alarm's kind. */
  readonly first: string;
}

/** Every kind of alarm. A kind with `Function` in its name has an alarm for each function, named after it: `SocketErrors`. */
export const alarmKinds = {
  RequestErrors: {
    means: 'HTTP requests were answered with 5xx',
    first: 'look for level=ERROR in the log of Http',
  },
  FrameErrors: {
    means: 'connections or frames were answered with 5xx',
    first: 'look for a status of 5xx in the access log of the WebSocket API: its error says which function failed',
  },
  FunctionErrors: {
    means: 'it threw, ran out of memory or timed out',
    first: 'look for the last lines of its log',
  },
  FunctionFaults: {
    means: 'it could not decide, and refused everybody',
    first: 'look for level=ERROR in its log; the issuer of tokens may be down',
  },
  FunctionThrottles: {
    means: 'it could not run, because the account had no execution left',
    first: 'compare ConcurrentExecutions with the quota of the account, and ask for a higher one',
  },
  FunctionLate: {
    means: 'changes of the table wait for it: snapshots, notices and pushes come late',
    first: 'look for errors in its log; a record that fails comes again and holds up those behind it',
  },
  ChunksLate: {
    means: 'messages of large rooms wait for the function that posts them: members get them late',
    first: 'look at Throttles and Errors of Deliver, and at how many chunks wait',
  },
  Concurrency: {
    means: 'the functions of the account need most of its concurrent executions; at the quota people are turned away',
    first: 'ask for a higher quota, and see which function has grown',
  },
  DroppedEvents: {
    means: 'messages of a large room were given up before they reached its members, who get them when they catch up',
    first: 'look at Throttles and Errors of FanOut',
  },
  TableThrottles: {
    means: 'the table refused reads or writes; callers try again, and answer late or with an error',
    first: 'see which partition is hot, or warm the table before a launch',
  },
  UncheckedTokens: {
    means: 'the issuer did not answer API Gateway, which refused everybody’s requests with 401',
    first: 'fetch the issuer’s /.well-known/openid-configuration and its keys',
  },
  DeadLetters: {
    means:
      'changes of the table, chunks of a large room, counts or account jobs were given up: snapshots, notices or messages are missing',
    first: 'read the dead letters without deleting them',
  },
  LostPushes: {
    means: 'pushes were given up: members who are away were not told',
    first: 'look for errors in the logs of Push and PushSend; a key may be wrong',
  },
  ErrorLines: {
    means:
      'a function has logged an error; somebody got the answer "internal", or something that nobody waits for was not done',
    first: 'look for level=ERROR in all logs: the line names function, request, user and conversation',
  },
  Canary: {
    means: 'the canary could not sign in, send, receive or read, or has not run',
    first: 'read its log: it says which step failed; then try by hand',
  },
} as const satisfies Readonly<Record<string, AlarmText>>;

export type AlarmKind = keyof typeof alarmKinds;

import { prices } from '../prices.ts';
import { table } from '../table.ts';
import type { Inputs } from './inputs.ts';
import { alwaysOn, messageOf, monthOf } from './model.ts';
import { offers, sampleMessage } from './others.ts';
import type { Scenes } from './scenes.ts';
import { billOf, priceOf, times, total, type Units } from './units.ts';

const money = (dollars: number, digits = 2) =>
  dollars.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const count = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 1 });

/** The part of docs/cost.md that says what a deployment costs. */
export function deploymentReport(scenes: Scenes, inputs: Inputs): string {
  const { users, messagesPerUserDay, hoursPerUserDay, visitsPerUserDay, days } = inputs;
  const message = messageOf(scenes);
  const month = monthOf(scenes, inputs);
  const online = Math.round(users * (hoursPerUserDay / 24));
  const rows: [string, Units][] = [
    [`typing for ${inputs.typingSeconds} s`, scenes.typing],
    ['sending', scenes.sending],
    ['reading', scenes.reading],
    ['**a message, all three**', message],
    ['a visit: coming, the list, a conversation, going', scenes.visit],
    ['an hour in which nothing happens', scenes.idleHour],
  ];
  const sample = sampleMessage(online, { message: prices.socketMessage, read: prices.dynamodbReadUnit });
  return [
    '## A deployment',
    '',
    `\`npm run bench:deployment\` lets the published client do what people do with the page, through CloudFront, on the local runtime with delays like those of AWS, and counts what AWS would charge for.`,
    'What people do is in [bench/deployment/inputs.ts](../bench/deployment/inputs.ts): change it and run the command again.',
    'Lambda’s time is the least of fifteen runs: other programs on this machine only add to it.',
    'No free tier is taken off, except Cognito’s and that of alarms. In small deployments CloudFront’s and DynamoDB’s free tiers alone are some dollars a month.',
    '',
    table(
      [
        '',
        'write units',
        'read units',
        'frames and posts',
        'HTTP requests',
        'invocations',
        'CloudFront requests',
        'log bytes',
        '$ for a million',
      ],
      rows.map(([name, units]) => [
        name,
        count(units.writes),
        count(units.reads),
        count(units.messages),
        count(units.requests),
        count(units.invocations),
        count(units.edge),
        count(Math.round(units.logBytes)),
        money(priceOf(units) * 1_000_000),
      ]),
    ),
    '',
    'By service, in dollars for a million:',
    '',
    table(
      ['', 'connection minutes', 'frames and posts', 'HTTP', 'DynamoDB', 'Lambda', 'CloudFront', 'logs'],
      rows.map(([name, units]) => {
        const bill = billOf(units);
        const of = [bill.connections, bill.messages, bill.requests, bill.table, bill.lambda, bill.edge, bill.logs];
        return [name, ...of.map((dollars) => money(dollars * 1_000_000))];
      }),
    ),
    '',
    `**A month of ${users.toLocaleString('en')} users** who have the page open for ${hoursPerUserDay} hours a day in ${visitsPerUserDay} visits, and each send ${messagesPerUserDay} messages a day to one person who reads them at once:`,
    '',
    table(
      ['what', '$ a month'],
      [
        ['connection minutes', money(month.bill.connections)],
        ['frames and posts', money(month.bill.messages)],
        ['HTTP requests', money(month.bill.requests)],
        ['DynamoDB, reading and writing', money(month.bill.table)],
        [`DynamoDB, storing the messages (months: ${inputs.monthsKept})`, money(month.storage)],
        ['point-in-time recovery of them', money(month.backup)],
        ['Lambda', money(month.bill.lambda)],
        ['CloudFront', money(month.bill.edge)],
        ['logs', money(month.bill.logs)],
        [`Cognito, beyond ${inputs.freePoolUsers.toLocaleString('en')} users`, money(month.pool)],
        [`alarms, beyond ${prices.freeAlarmMetrics} metrics`, money(month.alarms)],
        ['**together**', `**${money(month.total)}**`],
      ],
    ),
    '',
    `Each month for which messages are kept adds $${money((month.storage + month.backup) / inputs.monthsKept)}.`,
    'Not counted: files (S3 takes $0.023 a gigabyte and month, and CloudFront or S3 $0.085 to $0.09 for each gigabyte that is fetched), the request with which the page reads a last message that its list cannot tell, once for each such row ([decision 0103](decisions/0103-lists-ask-for-what-they-cannot-tell.md)), and the metrics of a chat that has many kinds of faults.',
    'The minutes of a connection and the frames that keep it open are counted as if nothing else came: messages make some of these frames needless.',
    '',
    `A user whose page is open all month, and to whom nothing happens, costs $${money(alwaysOn(scenes, inputs), 4)}. Of it, $${money(24 * 60 * days * (prices.connectionMinute + prices.socketMessage / 10), 4)} is AWS’s price for any connection that is open all month: its minutes, and a frame in each ten of them.`,
    '',
    '### The same elsewhere',
    '',
    table(
      ['', '$ a month', 'how', 'price list'],
      [
        ['Parley', money(month.total), 'as above', 'AWS’s, [bench/prices.ts](../bench/prices.ts)'],
        ...offers(inputs).map(({ name, dollars, how, source }) => [name, money(dollars), how, source]),
        [
          'AWS’s sample of a chat',
          money(sample * users * messagesPerUserDay * days),
          `posts each message to everybody of ${online.toLocaleString('en')} who are there, and stores none`,
          'github.com/aws-samples/simple-websockets-chat-app',
        ],
      ],
    ),
    '',
    'The others’ prices include people who answer questions, several regions and moderation. Ours includes none of them.',
    '',
    `Inputs: ${Object.entries(inputs)
      .map(([name, value]) => `${name} ${value.toLocaleString('en')}`)
      .join(', ')}.`,
  ].join('\n');
}

/** For tests: dollars of a million messages. */
export const millionMessages = (scenes: Scenes) => total(billOf(times(messageOf(scenes), 1_000_000)));

/**
 * Which records of the table's stream reach the `notify` function. Lambda drops all others before they cost an invocation.
 * Syntax: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
import { reminderPrefix } from '../store/expiry-reminder.ts';

/** A user's item changed: connections came or went. */
const userChanged = {
  eventName: ['INSERT', 'MODIFY'],
  dynamodb: { Keys: { sk: { S: ['USER'] } } },
};

/** The reminder of a connection has expired: nobody else deletes one. */
const connectionOver = {
  eventName: ['REMOVE'],
  dynamodb: { Keys: { sk: { S: [{ prefix: reminderPrefix }] } } },
};

/** Somebody watches notifications of this conversation, and a message arrived. */
const noticeLeft = {
  eventName: ['INSERT'],
  dynamodb: { Keys: { sk: { S: [{ prefix: 'NOTICE#' }] } } },
};

/** A message was edited, deleted or reacted to. */
const changeLogged = {
  eventName: ['INSERT'],
  dynamodb: { NewImage: { type: { S: ['edit', 'delete', 'reaction'] } } },
};

export const notifyFilters = [userChanged, connectionOver, noticeLeft, changeLogged] as const;

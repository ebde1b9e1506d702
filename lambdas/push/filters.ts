/**
 * Which records of the table's stream reach the `push` function: new messages, and nothing else of the log.
 * Syntax: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
const messageWritten = {
  eventName: ['INSERT'],
  dynamodb: { NewImage: { type: { S: ['message'] } } },
};

export const pushFilters = [messageWritten] as const;

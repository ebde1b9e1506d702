/**
 * The stream records that reach `push`: new messages, and nothing else of the log.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
export const pushFilters = [{ eventName: ['INSERT'], dynamodb: { NewImage: { type: { S: ['message'] } } } }] as const;

/** Protocols of a topic's subscriptions that are served. */
export function isServedProtocol(protocol: unknown): boolean {
  return ['lambda', 'sqs', 'email', 'email-json'].includes(String(protocol));
}

/** Targets of rules and schedules that are served, by the service's part of their ARN. */
export function isServedTarget(arn: string): boolean {
  return /^arn:aws:(lambda:[^:]*:[^:]*:function:|sqs:|sns:|events:[^:]*:[^:]*:event-bus\/)/.test(arn);
}

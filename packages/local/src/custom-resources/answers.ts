import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Context, Service } from '#context';
import { readBody } from '#read-body';
import { parseJson } from '#text';

export const Answer = z.looseObject({
  Status: z.enum(['SUCCESS', 'FAILED']),
  Reason: z.string().default('no reason given'),
  PhysicalResourceId: z.string().optional(),
  Data: z.record(z.string(), z.unknown()).nullish(),
});
export type Answer = z.infer<typeof Answer>;

/** Where functions put their answers: an address of CloudFormation's own, at which they are sent away without a signature. */
export interface Answers extends Pick<Service, 'handle'> {
  /** Below the local port. */
  readonly path: string;
  /** An address for one answer. @returns `answer` resolves when it has come */
  expect(): { url: string; answer: Promise<Answer> };
}

/**
 * Receives what functions `PUT` to the `ResponseURL` of their event.
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-responses.html
 */
export function createAnswers({ stack }: Pick<Context, 'stack'>): Answers {
  const bucket = `cloudformation-custom-resource-response-${stack.region.replaceAll('-', '')}`;
  const path = `/_aws/s3/${bucket}`;
  const waiting = new Map<string, (answer: Answer) => void>();
  return {
    path,
    expect() {
      const key = randomUUID();
      const answer = new Promise<Answer>((resolve) => waiting.set(key, resolve));
      return { url: `https://${bucket}.s3.amazonaws.com/${key}`, answer };
    },
    async handle(request, response) {
      const key = request.url?.slice(path.length + 1).split('?', 1)[0] ?? '';
      const resolve = waiting.get(key);
      const body = await readBody(request, 64 * 1024);
      if (request.method !== 'PUT' || !resolve || !body) return void response.writeHead(403).end();
      waiting.delete(key);
      response.writeHead(200).end();
      const { data, error } = Answer.safeParse(parseJson(body.toString('utf8')));
      resolve(data ?? { Status: 'FAILED', Reason: `an answer without the right form: ${z.prettifyError(error)}` });
    },
  };
}

import { z } from 'zod';
import { parseOrBroken } from './broken-stack.ts';

const section = z.record(z.string(), z.unknown()).default({});

const templateShape = z.object({
  Parameters: z.record(z.string(), z.looseObject({ Type: z.string(), Default: z.unknown().optional() })).default({}),
  Mappings: section,
  Conditions: section,
  Resources: z
    .record(z.string(), z.looseObject({ Type: z.string(), Condition: z.string().optional(), Properties: section }))
    .default({}),
  Outputs: z
    .record(
      z.string(),
      z.looseObject({
        Value: z.unknown(),
        Condition: z.string().optional(),
        Export: z.looseObject({ Name: z.unknown() }).optional(),
      }),
    )
    .default({}),
});

/** The parts of a CloudFormation template that a running stack needs. */
export type Template = z.infer<typeof templateShape>;

/** @throws BrokenStack */
export function parseTemplate(input: unknown, stackName: string): Template {
  return parseOrBroken(templateShape, input, `read the template of stack ${stackName}`);
}

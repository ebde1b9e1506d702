import { z } from 'zod';
import { BrokenStack } from './broken-stack.ts';

const section = z.record(z.string(), z.unknown()).default({});

const templateShape = z.object({
  Parameters: z.record(z.string(), z.looseObject({ Type: z.string(), Default: z.unknown().optional() })).default({}),
  Mappings: section,
  Conditions: section,
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Condition: z.string().optional(), Properties: section }),
  ),
  Outputs: z.record(z.string(), z.looseObject({ Value: z.unknown(), Condition: z.string().optional() })).default({}),
});

/** The parts of a CloudFormation template that a running stack needs. */
export type Template = z.infer<typeof templateShape>;

/** @throws BrokenStack */
export function parseTemplate(input: unknown, stackName: string): Template {
  const parsed = templateShape.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new BrokenStack(
    `unable to read the template of stack ${stackName}; ${issue?.path.join('.') || 'the template'}: ${issue?.message}`,
  );
}

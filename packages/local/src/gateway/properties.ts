import type { z } from 'zod';
import { BrokenStack } from '#assembly/broken-stack';
import type { Resource } from '#assembly/stack';

/** Parses a resource's properties. @throws BrokenStack that names the resource */
export function readProperties<Schema extends z.ZodType>(schema: Schema, resource: Resource): z.output<Schema> {
  const parsed = schema.safeParse(resource.properties);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new BrokenStack(
    `unable to serve ${resource.logicalId} (${resource.type}); ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  );
}

import type { z } from 'zod';
import { parseOrBroken } from '#assembly/broken-stack';
import type { Resource } from '#assembly/stack';

/** Parses a resource's properties. @throws BrokenStack that names the resource */
export function readProperties<Schema extends z.ZodType>(schema: Schema, resource: Resource): z.output<Schema> {
  return parseOrBroken(schema, resource.properties, `serve ${resource.logicalId} (${resource.type})`);
}

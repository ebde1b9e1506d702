import type { TestProject } from 'vitest/node';
import { assembly } from '../synthesize.ts';

/** The stack with hardly any limit to sending, so that few people can say much in a short time. */
export default async function synthesizeOnce(project: TestProject): Promise<void> {
  project.provide('assemblyDirectory', await assembly({ sendLimit: 24, sendLimitSeconds: 1 }));
}

import type { TestProject } from 'vitest/node';
import { assembly, provideDataFolder } from '../support/synthesize.ts';

/** The stack with a higher rate limit, which a few people rarely reach. */
export default async function synthesizeOnce(project: TestProject): Promise<() => void> {
  project.provide('assemblyDirectory', await assembly({ sendLimit: 24, sendLimitSeconds: 2 }));
  return provideDataFolder(project);
}

import type { TestProject } from 'vitest/node';
import { assembly, provideDataFolder } from '../support/synthesize.ts';

/** The stack in which few people can say much in a short time, up to a limit that they reach now and then. */
export default async function synthesizeOnce(project: TestProject): Promise<() => void> {
  project.provide('assemblyDirectory', await assembly({ sendLimit: 24, sendLimitSeconds: 2 }));
  return provideDataFolder(project);
}

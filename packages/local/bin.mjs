#!/usr/bin/env node
// In the repository the command runs from its TypeScript sources; the published package has a built one instead.
import { register } from 'tsx/esm/api';

register();
await import('./src/cli.ts');

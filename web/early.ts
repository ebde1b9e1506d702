/** Runs before the first paint, and before the page's script is there. */
import './apply-theme.ts';
import { startEarly } from './start-early.ts';

startEarly();

/**
 * How long a post usually takes, as this process has seen it. Who waits for posts, but for no slow one, can tell by it what is slow here and
 * now: on AWS a post takes eight milliseconds, on a busy laptop fifty.
 */

/** ms; before there was any post */
let usual = 40;

const [shortestWaitMs, longestWaitMs] = [20, 150];

/** ms after which a post counts as slow: four times what is usual. */
export function slowPostMs(): number {
  return Math.min(longestWaitMs, Math.max(shortestWaitMs, 4 * usual));
}

/** Counts a post that took so many ms. One that is slow does not make slow posts usual, but many of them do. */
export function notePost(ms: number): void {
  usual += (Math.min(ms, slowPostMs()) - usual) / 8;
}

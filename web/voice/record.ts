import { type ReadonlySignal, signal } from '@preact/signals';
import { voiceName } from './voice-name.ts';

/** The first that the browser records. Every browser plays the first; the others are for browsers that cannot record it. */
const types = ['audio/mp4;codecs=mp4a.40.2', 'audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4'];
/** Enough for a voice, and 4 KB a second. */
const bitsPerSecond = 32_000;
const tickMs = 100;
/** A recording ends by itself after this time: 4 MB at most. */
const maxSeconds = 15 * 60;

/** What is being recorded. */
export interface Recording {
  readonly seconds: ReadonlySignal<number>;
  /** How loud it was at each tick: from 0 to 1. */
  readonly levels: ReadonlySignal<readonly number[]>;
  /** Ends it. @returns the file; undefined if it is too short to hold anything, or was taken before */
  stop(): Promise<File | undefined>;
}

/** Begins to record; the browser asks the user first. @throws DOMException as `getUserMedia` does */
export async function record(): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const mimeType = types.find((type) => MediaRecorder.isTypeSupported(type));
  const recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: bitsPerSecond });
  const parts: Blob[] = [];
  recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
  // It also ends when the microphone is unplugged, or the device needs it for a call.
  const ended = new Promise((resolve) => recorder.addEventListener('stop', resolve, { once: true }));
  let isTaken = false;
  const loudness = listen(stream);
  const seconds = signal(0);
  const levels = signal<readonly number[]>([]);
  const startedAt = performance.now();
  const timer = setInterval(() => {
    seconds.value = (performance.now() - startedAt) / 1_000;
    levels.value = [...levels.value, loudness.now()];
    if (seconds.value > maxSeconds && recorder.state === 'recording') recorder.pause();
  }, tickMs);
  ended.then(() => clearInterval(timer));
  recorder.start();
  return {
    seconds,
    levels,
    async stop() {
      if (isTaken) return undefined;
      isTaken = true;
      if (recorder.state !== 'inactive') recorder.stop();
      await ended;
      for (const track of stream.getTracks()) track.stop();
      loudness.close();
      const type = recorder.mimeType.split(';')[0] ?? '';
      const file = new File(parts, voiceName(seconds.value, type.split('/')[1] ?? 'webm'), { type });
      return file.size > 0 ? file : undefined;
    },
  };
}

/** How loud a stream is. */
function listen(stream: MediaStream): { now(): number; close(): void } {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  // Nearly as long as a tick, so that no sound falls between two.
  analyser.fftSize = 4_096;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    now() {
      analyser.getFloatTimeDomainData(samples);
      return Math.min(
        1,
        samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0),
      );
    },
    close: () => void context.close(),
  };
}

/** Samples of this rate are enough to see how loud a voice is. */
const sampleRate = 8_000;
/** The number of bars of a waveform. */
export const barCount = 48;

/** A sound that has been read. */
export interface Sound {
  readonly seconds: number;
  /** How loud each part is: from 0 to 1, the loudest 1. */
  readonly levels: readonly number[];
}

/** @throws DOMException if the browser cannot decode it */
export async function readSound(bytes: ArrayBuffer): Promise<Sound> {
  const decoded = await new OfflineAudioContext(1, 1, sampleRate).decodeAudioData(bytes);
  return { seconds: decoded.duration, levels: levelsOf(decoded.getChannelData(0)) };
}

/** The loudest sample of each of `barCount` parts, as a share of the loudest of all. */
export function levelsOf(samples: Float32Array | readonly number[], count = barCount): readonly number[] {
  const levels = Array.from({ length: count }, (_, bar) => {
    const end = Math.floor(((bar + 1) * samples.length) / count);
    let most = 0;
    for (let at = Math.floor((bar * samples.length) / count); at < end; at++)
      most = Math.max(most, Math.abs(samples[at] ?? 0));
    return most;
  });
  const loudest = Math.max(...levels);
  return levels.map((level) => (loudest > 0 ? level / loudest : 0));
}

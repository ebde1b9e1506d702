import type { Message } from '@parley/client';
import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../ui/button.tsx';
import { number, t } from '../words/words.ts';
import { Bars } from './bars.tsx';
import { playTime } from './play-time.ts';
import { barCount, readSound, type Sound } from './waveform.ts';

const speeds = [1, 1.5, 2] as const;
/** Whoever listens faster does so with the next message too. */
const speed = signal<(typeof speeds)[number]>(1);
const flat: Sound['levels'] = Array<number>(barCount).fill(0);

interface Loaded {
  /** Object URL */
  readonly address: string;
  /** Undefined if the browser cannot decode it; it may still play it. */
  readonly sound: Sound | undefined;
}

/** A voice message with its waveform, which is downloaded when it comes into view. */
export function VoicePlayer(props: {
  readonly file: Message['attachments'][number];
  /** As its name says. */
  readonly seconds: number;
  onStale(event?: Event): void;
}) {
  const { file, onStale } = props;
  const root = useRef<HTMLSpanElement>(null);
  const audio = useRef<HTMLAudioElement>(null);
  const loaded = useSound(root, file.url, onStale);
  const [at, setAt] = useState(0);
  const [isPlaying, setPlaying] = useState(false);
  const seconds = loaded?.sound?.seconds ?? props.seconds;
  useEffect(() => {
    if (audio.current) audio.current.playbackRate = speed.value;
  }, [speed.value, isPlaying]);

  function toggle(): void {
    const { current } = audio;
    if (!current) return;
    if (!current.paused) {
      current.pause();
      return;
    }
    for (const other of document.querySelectorAll<HTMLAudioElement>('.voice audio')) other.pause();
    // It is refused if the address has expired: then `onStale` gets a fresh one.
    current.play().catch(() => {});
  }

  return (
    <>
      <button
        type="button"
        class="icon-button"
        aria-label={isPlaying ? t('Pause the voice message') : t('Play the voice message')}
        onClick={toggle}
      >
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
          <path d={isPlaying ? 'M8 5v14M16 5v14' : 'M7 4.5v15l12-7.5z'} />
        </svg>
      </button>
      <span class="voice-wave" ref={root}>
        <Bars levels={loaded?.sound?.levels ?? flat} played={isPlaying || at > 0 ? at / seconds : 0} />
        <input
          type="range"
          aria-label={t('Position in the voice message')}
          aria-valuetext={t('{at} of {all}', { at: playTime(at), all: playTime(seconds) })}
          min={0}
          max={seconds}
          step={0.1}
          value={at}
          onInput={({ currentTarget }) => {
            if (audio.current) audio.current.currentTime = currentTarget.valueAsNumber;
            setAt(currentTarget.valueAsNumber);
          }}
        />
      </span>
      <span class="voice-time">{playTime(isPlaying || at > 0 ? at : seconds)}</span>
      <Button
        look="text-button"
        aria-label={t('Speed: {speed}×', { speed: speed.value })}
        onClick={() => {
          speed.value = speeds[(speeds.indexOf(speed.value) + 1) % speeds.length] ?? 1;
        }}
      >
        {number(speed.value)}×
      </Button>
      {/* biome-ignore lint/a11y/useMediaCaption: nobody writes captions for what users say */}
      <audio
        ref={audio}
        src={loaded?.address ?? file.url}
        preload="none"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onTimeUpdate={({ currentTarget }) => setAt(Math.min(seconds, currentTarget.currentTime))}
        onEnded={() => setAt(0)}
        onError={onStale}
      />
    </>
  );
}

/** Downloads a sound when its element comes into view. Without a connection it stays undefined until the page is loaded again. */
function useSound(root: { current: Element | null }, url: string, onStale: () => void): Loaded | undefined {
  const [loaded, setLoaded] = useState<Loaded>();
  useEffect(() => {
    const attempt = new AbortController();
    let address: string | undefined;
    async function load(): Promise<void> {
      const response = await fetch(url, { signal: attempt.signal });
      if (!response.ok) return onStale();
      const blob = await response.blob();
      const sound = await readSound(await blob.arrayBuffer()).catch(() => undefined);
      if (attempt.signal.aborted) return;
      address = URL.createObjectURL(blob);
      setLoaded({ address, sound });
    }
    const observer = new IntersectionObserver(([entry]) => {
      if (!entry?.isIntersecting) return;
      observer.disconnect();
      load().catch(() => {});
    });
    if (root.current) observer.observe(root.current);
    return () => {
      observer.disconnect();
      attempt.abort();
      if (address !== undefined) URL.revokeObjectURL(address);
    };
  }, [url]);
  return loaded;
}

import type { Signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { IconButton } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { showToast } from '../ui/toast.tsx';
import { t } from '../words/words.ts';
import { Bars } from './bars.tsx';
import { playTime } from './play-time.ts';
import { type Recording, record } from './record.ts';
import { barCount } from './waveform.ts';

/**
 * Records a voice message, from when it is shown. What has been recorded when it is hidden, as with another conversation, is kept as a file of
 * the message that is being written.
 */
export function VoiceRecorder(props: {
  readonly isRecording: Signal<boolean>;
  /** @param send shall it be sent at once? */
  onRecorded(file: File, send: boolean): void;
  onClose(): void;
}) {
  const [recording, setRecording] = useState<Recording>();
  const kept = useRef(props);
  kept.current = props;
  useEffect(() => {
    let started: Recording | undefined;
    let mounted = true;
    record().then(
      (it) => {
        started = it;
        props.isRecording.value = mounted;
        if (mounted) setRecording(it);
        else void it.stop();
      },
      (error: Error) => {
        showToast(refusal(error));
        kept.current.onClose();
      },
    );
    return () => {
      mounted = false;
      void started?.stop().then((file) => {
        if (file) kept.current.onRecorded(file, false);
        props.isRecording.value = false;
      });
    };
  }, []);

  async function end(act: 'send' | 'discard'): Promise<void> {
    const file = await recording?.stop();
    if (file && act === 'send') kept.current.onRecorded(file, true);
    kept.current.onClose();
  }

  const send = useRef<HTMLButtonElement>(null);
  useEffect(() => send.current?.focus(), [recording]);
  const levels = recording?.levels.value.slice(-barCount) ?? [];
  return (
    <section class="voice-recorder" aria-label={t('Recording')}>
      <IconButton icon="trash" label={t('Discard')} onClick={() => end('discard')} />
      <span class="voice-live" aria-hidden="true">
        <Bars levels={[...Array<number>(barCount - levels.length).fill(0), ...levels]} />
      </span>
      <span role="timer">{playTime(recording?.seconds.value ?? 0)}</span>
      <button
        type="button"
        class="icon-button send-button"
        ref={send}
        aria-label={t('Send the voice message')}
        disabled={!recording}
        onClick={() => end('send')}
      >
        <Icon name="send" />
      </button>
    </section>
  );
}

/** Why nothing can be recorded: a sentence. */
function refusal({ name }: Error): string {
  if (name === 'NotFoundError') return t('There is no microphone. Connect one, then try again.');
  if (name === 'NotAllowedError')
    return t('This page may not use the microphone. Allow it in the settings of the browser, then try again.');
  return t('The microphone cannot be used now. Another program may be using it.');
}

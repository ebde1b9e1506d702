import { useEffect, useState } from 'preact/hooks';
import { loadNotifySettings, saveNotifySettings } from '../notify/notify-settings.ts';
import { Field } from '../ui/field.tsx';
import { Switch } from '../ui/switch.tsx';
import { t } from '../words/words.ts';
import type { NotifySettings } from '../worker/quiet-hours.ts';

const usualHours = { from: '22:00', to: '07:00' };

/** Whether notifications on this device make a sound, and when they do not disturb. */
export function QuietChoice() {
  const [settings, setSettings] = useState<NotifySettings>();
  useEffect(() => {
    loadNotifySettings().then(setSettings, () => {});
  }, []);
  if (!settings) return null;
  const { sound, quiet } = settings;
  const change = (next: NotifySettings) => {
    setSettings(next);
    saveNotifySettings(next).catch(() => {});
  };
  return (
    <>
      <Switch
        label={t('Sound of notifications')}
        checked={sound}
        onChange={() => change({ ...settings, sound: !sound })}
      />
      <Switch
        label={t('Quiet hours')}
        hint={t('Then notifications on this device make no sound, and none come while the page is open')}
        checked={quiet !== undefined}
        onChange={() => change({ sound, ...(!quiet && { quiet: usualHours }) })}
      />
      {quiet && (
        <div class="quiet-hours">
          <Field
            label={t('From')}
            type="time"
            value={quiet.from}
            onText={(from) => from !== '' && change({ sound, quiet: { ...quiet, from } })}
          />
          <Field
            label={t('Until')}
            type="time"
            value={quiet.to}
            onText={(to) => to !== '' && change({ sound, quiet: { ...quiet, to } })}
          />
        </div>
      )}
    </>
  );
}

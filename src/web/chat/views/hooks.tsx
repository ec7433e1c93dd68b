/** What views follow: the model, and the time. */
import { useEffect, useState } from 'preact/hooks';
import type { Millis } from '#contract/conversation';
import { after, now } from '#web/chat/browser';
import type { Model } from '#web/chat/model';
import type { Store } from '#web/chat/store';

/** Drawn again when it changes. */
export const useModel = (store: Store): Model => {
  const [model, setModel] = useState(store.model);
  useEffect(() => {
    setModel(store.model);
    return store.listen(() => setModel(store.model));
  }, [store]);
  return model;
};

const minuteMs = 60_000;

/** The time, drawn again every minute: what was `just now` is not for ever. */
export const useNow = (): Millis => {
  const [time, setTime] = useState(now);
  useEffect(() => after(minuteMs, () => setTime(now())), [time]);
  return time;
};

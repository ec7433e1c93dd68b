/** What the page touches of the browser besides its document: time, address, storage, who looks. */
import type { Millis } from '#contract/conversation';
import type { TextStore } from '#web/chat/accounts';
import type { ControllerOptions } from '#web/chat/controller';

/** Changes of the model within this time are drawn at once. */
const drawMs = 16;

export const now = (): Millis => Date.now();

export const after: ControllerOptions['after'] = (ms, ring) => {
  const timer = setTimeout(ring, ms);
  return () => clearTimeout(timer);
};

export const soon = (tell: () => void): void => void setTimeout(tell, drawMs);

export const origin = (): string => location.origin;

export const hash = (): string => location.hash;

/** The address from now on; with `isKept` the way back leads to what is there now. */
export const goTo = (to: string, isKept = true): void => {
  if (to === location.hash) return;
  if (isKept) location.hash = to;
  else history.replaceState(null, '', to);
};

export const onHash = (heard: () => void): (() => void) => {
  addEventListener('hashchange', heard);
  return () => removeEventListener('hashchange', heard);
};

/** Whether somebody looks at the page, now and whenever that changes. */
export const onLooking = (heard: (isLooking: boolean) => void): (() => void) => {
  const tell = (): void => heard(document.visibilityState === 'visible' && document.hasFocus());
  for (const name of ['focus', 'blur'] as const) addEventListener(name, tell);
  document.addEventListener('visibilitychange', tell);
  tell();
  return () => {
    for (const name of ['focus', 'blur'] as const) removeEventListener(name, tell);
    document.removeEventListener('visibilitychange', tell);
  };
};

/** A finger and no keyboard: Enter begins a new line there. */
export const hasTouchKeyboard = (): boolean => matchMedia('(pointer: coarse)').matches;

/** A store of the browser; where it keeps nothing, one that forgets with the page. */
const storeOf = (store: () => Storage): TextStore => {
  try {
    const found = store();
    found.setItem('hogmanay.probe', '1');
    found.removeItem('hogmanay.probe');
    return found;
  } catch {
    const kept = new Map<string, string>();
    return {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
      removeItem: (key) => void kept.delete(key),
    };
  }
};

export const shared = storeOf(() => localStorage);
export const own = storeOf(() => sessionStorage);

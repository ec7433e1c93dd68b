/** The message store, counted: what was stored, what came twice, what others won, and how long it took. */
import type { Meter } from '#contract/metrics';
import type { MessageStore } from '#contract/ports/store';

/** `now` in milliseconds, from any clock that never goes back. */
export const meteredStore = (store: MessageStore, meter: Meter, now: () => number): MessageStore => ({
  ...store,
  append: (group) => (done) => {
    const startedAt = now();
    store.append(group)((outcome) => {
      meter.observe('hogmanay_append_seconds', (now() - startedAt) / 1_000);
      if (!outcome.ok) meter.count('hogmanay_append_failures_total');
      else if (outcome.value.kind === 'conflict') meter.count('hogmanay_append_conflicts_total');
      else if (outcome.value.kind === 'appended') {
        const { results } = outcome.value;
        const repeated = results.filter(({ duplicate }) => duplicate).length;
        if (results.length > repeated) meter.count('hogmanay_messages_stored_total', '', results.length - repeated);
        if (repeated > 0) meter.count('hogmanay_messages_duplicate_total', '', repeated);
      }
      done(outcome);
    });
  },
});

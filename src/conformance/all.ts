/** All checks, in the order of docs/protocol.md. */
import type { Check } from '#conformance/check';
import { badFrameChecks } from '#conformance/checks/bad-frames';
import { frameChecks } from '#conformance/checks/frames';
import { helloChecks } from '#conformance/checks/hello';
import { historyChecks } from '#conformance/checks/history';
import { httpMessageChecks } from '#conformance/checks/http-messages';
import { pollChecks } from '#conformance/checks/http-poll';
import { httpChecks } from '#conformance/checks/http-rest';
import { inboxChecks } from '#conformance/checks/inbox';
import { memberChecks } from '#conformance/checks/members';
import { openChecks } from '#conformance/checks/open';
import { presenceChecks } from '#conformance/checks/presence';
import { rateChecks } from '#conformance/checks/rates';
import { receiptChecks } from '#conformance/checks/receipts';
import { receiveChecks } from '#conformance/checks/receive';
import { resumeChecks } from '#conformance/checks/resume';
import { sendChecks } from '#conformance/checks/send';
import { tokenChecks } from '#conformance/checks/tokens';

export const allChecks: readonly Check[] = [
  ...helloChecks,
  ...tokenChecks,
  ...frameChecks,
  ...badFrameChecks,
  ...sendChecks,
  ...receiveChecks,
  ...resumeChecks,
  ...historyChecks,
  ...openChecks,
  ...memberChecks,
  ...inboxChecks,
  ...receiptChecks,
  ...presenceChecks,
  ...httpMessageChecks,
  ...pollChecks,
  ...httpChecks,
  ...rateChecks,
];

import { limits, pollError } from '@live-poll/client-sdk/protocol'

/** @throws PollError `INVALID` for what is no key */
export function checkIdempotencyKey(key: string): void {
  if (key.length <= limits.idempotencyKeyLength && /^[\x20-\x7e]+$/.test(key)) return
  const message = `Send 1 to ${limits.idempotencyKeyLength} printable ASCII characters.`
  throw pollError('INVALID', { issues: [{ path: 'Idempotency-Key', message }] })
}

export type WakeSign = Partial<StorageEvent & PageTransitionEvent>

/**
 * Calls the listener when a page may have been asleep or cut off: it is seen again, comes back from the browser's
 * memory (`persisted`), or the device is online again; and when another tab has stored something, under a `key`. Outside
 * of a page it does nothing.
 * @returns how to stop
 */
export function onWake(listener: (sign: WakeSign) => void): () => void {
  const end = new AbortController()
  const listen = (sign: WakeSign) => (document.hidden && !sign.key) || listener(sign)
  for (const sign of globalThis.document ? ['online', 'pageshow', 'visibilitychange', 'storage'] : []) {
    addEventListener(sign, listen, end) // its `signal` ends it
  }
  return () => end.abort()
}

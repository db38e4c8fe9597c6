/**
 * Calls the listener when a page may have been asleep or cut off: it is seen again, comes back from the browser's
 * memory, or the device is online again. Outside of a page it does nothing.
 * @returns how to stop
 */
export function onWake(listener: () => void): () => void {
  const end = new AbortController()
  const listen = () => document.hidden || listener()
  for (const sign of globalThis.document ? ['online', 'pageshow', 'visibilitychange'] : []) {
    addEventListener(sign, listen, end) // its `signal` ends it
  }
  return () => end.abort()
}

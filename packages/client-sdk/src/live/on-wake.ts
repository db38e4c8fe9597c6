/**
 * Calls the listener when a page may have been asleep or cut off: it is seen again, comes back from the browser's
 * memory, or the device is online again. Outside of a page it does nothing.
 * @returns how to stop
 */
export function onWake(listener: () => void): () => void {
  if (typeof document === 'undefined') return () => {}
  const ended = new AbortController()
  const { signal } = ended
  addEventListener('online', listener, { signal })
  addEventListener('pageshow', ({ persisted }) => persisted && listener(), { signal })
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && listener(), { signal })
  return () => ended.abort()
}

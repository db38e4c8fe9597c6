const signs = ['online', 'pageshow', 'visibilitychange']

/**
 * Calls the listener when a page may have been asleep or cut off: it is seen again, comes back from the browser's
 * memory, or the device is online again. Outside of a page it does nothing.
 * @returns how to stop
 */
export function onWake(listener: () => void): () => void {
  if (typeof document === 'undefined') return () => {}
  const listen = () => document.hidden || listener()
  for (const sign of signs) addEventListener(sign, listen)
  return () => {
    for (const sign of signs) removeEventListener(sign, listen)
  }
}

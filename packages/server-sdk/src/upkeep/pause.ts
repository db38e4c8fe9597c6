/** Resolves after so many milliseconds, and keeps no process alive for them. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}

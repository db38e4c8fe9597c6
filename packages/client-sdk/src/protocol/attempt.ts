/** What `act` returns, or undefined if it throws. For what fails in ways that all mean the same. */
export function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}

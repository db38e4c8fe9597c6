/**
 * Says how many ballots all polls of the page hold, whenever one of their tags shows newer results.
 *
 * @returns {() => void} counts again, after a poll has left the page
 */
export function countTurnout() {
  const line = document.getElementById('turnout')
  /** @type {Map<string, number>} */
  const voters = new Map()
  document.addEventListener('live-poll-results', (event) => {
    const { pollId, results } = /** @type {CustomEvent} */ (event).detail
    voters.set(pollId, results.voters)
    count()
  })
  document.addEventListener('live-poll-error', (event) => {
    const { pollId, code } = /** @type {CustomEvent} */ (event).detail
    if (code === 'POLL_NOT_FOUND' && voters.delete(pollId)) count()
  })
  return count

  function count() {
    const onPage = [...voters].filter(([id]) => document.querySelector(`live-poll[poll="${id}"]`))
    const ballots = onPage.reduce((sum, [, count]) => sum + count, 0)
    if (line) line.textContent = `${ballots.toLocaleString('en')} ${ballots === 1 ? 'ballot' : 'ballots'} so far`
  }
}

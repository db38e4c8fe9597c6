/** Says how many ballots all polls of the page hold, whenever one of their tags shows newer results. */
export function countTurnout() {
  const line = document.getElementById('turnout')
  const voters = new Map()
  document.addEventListener('live-poll-results', (event) => {
    const { pollId, results } = /** @type {CustomEvent} */ (event).detail
    voters.set(pollId, results.voters)
    const ballots = [...voters.values()].reduce((sum, count) => sum + count, 0)
    if (line) line.textContent = `${ballots.toLocaleString('en')} ${ballots === 1 ? 'ballot' : 'ballots'} so far`
  })
}

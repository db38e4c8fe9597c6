/** Votes between two lines. */
const step = 50_000

/** As in 1,000,000. */
export function inThousands(votes: number): string {
  return votes.toLocaleString('en-US')
}

/** Says on standard error how far a command has come: a line each 50,000 votes. @param voters of the poll, by its tally */
export function createProgress(doing: string, voters: number): (votes: number) => void {
  let said = 0
  return (votes) => {
    if (votes < said) said = 0 // begun again
    if (votes < said + step) return
    said = votes - (votes % step)
    console.error(`${doing}: ${inThousands(votes)} of about ${inThousands(Math.max(voters, votes))} votes`)
  }
}

/** How far a reading of all votes has come: rows read. */
export type OnRows = (rows: number) => void

/** A bucket whose tally was not what the votes in the box add up to. */
export interface TallyDifference {
  /** The id of a choice, `voters` or `voided`. */
  readonly bucket: string
  /** What was written, summed over the poll's boxes. */
  readonly tallied: number
  /** What the votes add up to. */
  readonly counted: number
}

/** What was counted, and where the tallies differed from it. */
export interface RecountOutcome {
  /** Ballots in the boxes; those that were taken back, or voided, are none. */
  readonly ballots: number
  /** All of them have been repaired. */
  readonly differences: readonly TallyDifference[]
}

/** What the box holds of one voter. */
export interface VoteRecord {
  /** A pseudonym: the same within a poll, another in each poll. */
  readonly voterKey: string
  /** Choice ids; null when the vote was taken back. Of a voided vote, what they were. */
  readonly choices: readonly number[] | null
  /** An organizer has taken it out: it is in no result, but as one that was voided. */
  readonly isVoided: boolean
  readonly revision: number
  readonly voteId: string
  /** By the database's clock. */
  readonly acceptedAt: Date
}

/** All votes of a poll, one after the other: for who checks the count, or takes the votes away. */
export interface VoteRecords {
  /**
   * Counts the votes of a poll again, under the locks of all its boxes: no vote is decided meanwhile. Where a tally
   * differs, the poll's tallies are written anew and a version is raised, in the same transaction. Repeated, it finds
   * nothing.
   *
   * @param onRows begins again from 0 when the work had to be
   * @returns undefined when there is no such poll
   */
  recount(pollId: string, onRows?: OnRows): Promise<RecountOutcome | undefined>

  /**
   * Reads the votes of a poll in the order of their voters' keys, each voter once, page by page; locks nothing. Where
   * readers do not hold up others, all of it is as of one moment: when the first page was read. Elsewhere that is true of
   * each page: a vote of meanwhile is in it or not.
   */
  read(pollId: string): AsyncIterable<VoteRecord>
}

/** A poll in which a voter's key can be looked for. */
export interface PollToSearch {
  readonly id: string
  readonly salt: string
}

/** Forgetting one person, poll by poll. */
export interface Erasures {
  /** The next polls after this one, in the order of their ids: a page of them, none after the last. */
  pollsAfter(pollId: string): Promise<readonly PollToSearch[]>

  /**
   * Where to look closer: the ids of all polls that hold something of their voter, and perhaps of some that do not.
   * Locks nothing.
   *
   * @param voters as many as a page of polls has
   */
  find(voters: readonly { readonly pollId: string; readonly voterKey: string }[]): Promise<ReadonlySet<string>>

  /**
   * Forgets a voter of one poll, in ONE transaction under the locks of its boxes, so that a vote of theirs is decided
   * before it or after it. While the poll is open, their ballot is taken back, and what is left of it deleted, also what
   * invitation they used; tallies and a version are written with it. Once it is closed, or the vote is voided, the count
   * stays: voter's key and vote id are replaced by random ones, and a closed poll's audit says that this was done, of
   * nobody. Their key goes from the filters in the audit. Repeated, it finds nothing.
   *
   * @returns whether anything of theirs was there
   */
  eraseVoter(pollId: string, voterKey: string): Promise<boolean>

  /**
   * Forgets who a user was as an organizer, in ONE transaction: as the owner of these polls (with the idempotency keys that
   * stand for them, whose hash the owner's id is part of), and as who did what their audit says. Repeated, it finds nothing.
   *
   * @returns the ids of the polls, of those given, in which it was so
   */
  forgetOrganizer(user: string, pollIds: readonly string[]): Promise<readonly string[]>
}

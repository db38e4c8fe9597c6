/**
 * Who casts a vote. The host's session, its accounts, named voters and relays all yield `user` with the host's own id, so
 * that one person has one ballot whichever way they come in. `invitation`: whoever holds the code, by the invitation's id.
 */
export interface Voter {
  readonly kind: 'user' | 'device' | 'invitation'
  readonly id: string
}

/** Who asks, and what they have shown besides. */
export interface Admitted {
  readonly voter: Voter
  /** The id of an invitation whose code they showed. */
  readonly invitation?: string | undefined
  /** They have solved a captcha. */
  readonly isHuman?: boolean | undefined
}

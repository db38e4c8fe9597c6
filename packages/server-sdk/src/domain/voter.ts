/**
 * Who casts a vote. The host's session, its named voters and its relays all yield `user` with the host's own id,
 * so that one person has one ballot whichever way they come in.
 */
export interface Voter {
  readonly kind: 'user' | 'device'
  readonly id: string
}

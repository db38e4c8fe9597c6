/**
 * All that can be asked for over HTTP or the channel, and of whom it is asked.
 *
 * `anyone`: of nobody in particular; a private poll is shown only to those it is for. `voter`: a voter's token or ticket.
 * `organizer`: refused unless the host's `authorize` says true.
 */
export const actions = {
  createPoll: 'organizer',
  listPolls: 'organizer',
  openPoll: 'organizer',
  closePoll: 'organizer',
  editPoll: 'organizer',
  resetPoll: 'organizer',
  deletePoll: 'organizer',
  createInvitations: 'organizer',
  countInvitations: 'organizer',
  revokeInvitation: 'organizer',
  voidVotes: 'organizer',
  readAudit: 'organizer',
  eraseVoter: 'organizer',
  nameVoters: 'organizer',
  createRelay: 'organizer',
  readMetrics: 'organizer',
  uploadImage: 'organizer',
  /** To remove a picture of one's own that no poll shows. */
  deleteImage: 'organizer',
  /** To see a poll. `authorize` is asked only about private ones. */
  viewPoll: 'anyone',
  /** To see its results. `authorize` is asked only while others may not, and only about who shows credentials. */
  viewResults: 'anyone',
  /** To see a picture: one that a public poll shows, or with its key. */
  viewImage: 'anyone',
  admitVoter: 'anyone',
  castVote: 'voter',
  readVote: 'voter',
  /** To sign up, in or out, to ask who is signed in, and to change one's own password: where there are accounts. */
  useAccount: 'anyone',
  /** The tag's script, health, and `ping`. */
  none: 'anyone',
} as const

/** What is asked for by a route or a message: see the table of who may do what. */
export type Action = keyof typeof actions

/** What `authorize` is asked about: what organizers do, and what is not for everyone to see. */
export type OrganizerAction =
  | { [A in Action]: (typeof actions)[A] extends 'organizer' ? A : never }[Action]
  | 'viewPoll'
  | 'viewResults'

/** The host's signed-in user. Any other fields are handed to `authorize` as they are. */
export interface HostUser {
  /** 1 to 200 characters, the same for the same person for ever: it is who votes. */
  readonly id: string
  /**
   * Names the session, for `endedSessions` and `api.endSession`: no secret, for it goes into the voter's token.
   * @default their sessions are not told apart
   */
  readonly session?: string
  readonly [field: string]: unknown
}

/** Says who sent a request, by the host's own session. Nothing or false: nobody. */
export type Identify = (request: {
  readonly headers: Headers
  /** The host's own request, as its server gave it. Undefined where the visitor's cookies must not count. */
  readonly raw?: unknown
}) => HostUser | null | undefined | false | Promise<HostUser | null | undefined | false>

/** The poll that an action is about. */
export interface AuthorizedPoll {
  readonly id: string
  /** Who made it: the id of the organizer's user; null: the host's own code, or the admin key. */
  readonly owner: string | null
  readonly isPrivate: boolean
}

/** Says whether an organizer's action is allowed. */
export type Authorize = (request: {
  readonly action: OrganizerAction
  /** What `identify` returned; undefined when nobody is signed in. On the channel, and for a voter's token, only its `id`. */
  readonly user: HostUser | undefined
  /** Undefined where the action is about no poll, or there is none of that id. */
  readonly poll: AuthorizedPoll | undefined
  readonly headers: Headers
}) => boolean | Promise<boolean>

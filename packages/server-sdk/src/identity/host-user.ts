/** What organizers do over HTTP. Each is refused unless `authorize` says true. */
export type OrganizerAction =
  | 'createPoll'
  | 'listPolls'
  | 'openPoll'
  | 'closePoll'
  | 'editPoll'
  | 'resetPoll'
  | 'deletePoll'
  /** To see the results of a poll while others may not. Asked only then, and only of who shows credentials. */
  | 'viewResults'
  | 'nameVoters'
  | 'createRelay'

/** The host's signed-in user. Any other fields are handed to `authorize` as they are. */
export interface HostUser {
  /** 1 to 200 characters, the same for the same person for ever: it is who votes. */
  readonly id: string
  readonly [field: string]: unknown
}

/** Says who sent a request, by the host's own session. Nothing or false: nobody. */
export type Identify = (request: {
  readonly headers: Headers
}) => HostUser | null | undefined | false | Promise<HostUser | null | undefined | false>

/** Says whether an organizer's action is allowed. */
export type Authorize = (request: {
  readonly action: OrganizerAction
  /** What `identify` returned; undefined when nobody is signed in. */
  readonly user: HostUser | undefined
  /** The poll it is about, where there is one. */
  readonly pollId: string | undefined
  readonly headers: Headers
}) => boolean | Promise<boolean>

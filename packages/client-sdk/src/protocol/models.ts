/** The nouns on the wire. Times are ISO 8601 strings in UTC; ids are opaque strings. */

/** `scheduled` and `open` follow from the times and the database's clock; `closed` is written once and for good within an epoch. */
export type PollState = 'scheduled' | 'open' | 'closed'

/** Who may see results before they are public. */
export type ShowResults = 'always' | 'after-vote' | 'after-close' | 'organizers'

/**
 * What a voter must have. `anyone` stands alone: a device will do. `account`: signed in with the host, or named by it.
 * `invitation`: a code of this poll. With both, a vote needs both.
 */
export type VoterRule = 'anyone' | 'account' | 'invitation'

/** Pick at least `min` and at most `max` of the choices. */
export interface ChooseBallot {
  readonly kind: 'choose'
  readonly min: number
  readonly max: number
}

/** A picture of a question or a choice. Its bytes are at `/images/:id?w=640`; see `imagePath`. */
export interface PollImage {
  readonly id: string
  /** In pixels of what was uploaded, upright: what a layout reserves room by. It is handed out at most 1280 wide. */
  readonly width: number
  readonly height: number
  /** A `data:` URL of a few hundred bytes, to show until it is there. */
  readonly placeholder: string
  /** What it shows, in words, for those who do not see it; empty when it only adorns its label. */
  readonly alt: string
  /** Lets its holder see it for a day or two. Only on private polls. */
  readonly key?: string
}

/** The answer to an upload. No poll shows it yet. */
export interface StoredImage extends Omit<PollImage, 'alt'> {
  readonly key: string
}

/** Names a picture that was uploaded. */
export interface ImageInput {
  readonly id: string
  /** At most 500 characters. A choice without a label needs one. @default '' */
  readonly alt?: string
}

/** What one can vote for. */
export interface Choice {
  /** Small positive integer, unique within its poll, never used again. */
  readonly id: number
  /** Empty only where a picture with `alt` says it all. */
  readonly label: string
  readonly image?: PollImage
}

/** A choice as an organizer writes it. One with a picture that has an `alt` needs no label. */
export interface ChoiceInput {
  readonly label?: string
  readonly image?: ImageInput | null
}

/** The counts of one poll at one version. Absolute, never a difference. */
export interface Results {
  readonly kind: 'choose'
  readonly pollId: string
  readonly epoch: number
  /** Rises with every committed change within an epoch; an equal version means equal counts. */
  readonly version: number
  readonly edition: number
  readonly state: PollState
  /** Votes a choice, in the order of `choices` of that `edition`. */
  readonly votes: readonly number[]
  /** Voters with a ballot in the box. With several choices a ballot, `votes` may add up to more. */
  readonly voters: number
  /** Ballots that an organizer has taken out, for a reason that stands in the poll's audit; absent where there are none. */
  readonly voided?: number
}

/** A poll as one viewer may see it: `results` is null where they are hidden from them. */
export interface Poll {
  readonly id: string
  readonly question: string
  readonly image?: PollImage
  readonly choices: readonly Choice[]
  readonly ballot: ChooseBallot
  readonly showResults: ShowResults
  /** Results are shown to nobody but organizers until this many have voted; once shown, they stay so. Null: from the first. */
  readonly minVoters: number | null
  readonly canChange: boolean
  /** What a voter must have: all of it. */
  readonly voters: readonly VoterRule[]
  /** Whether a device must have solved a captcha to vote. */
  readonly needsCaptcha: boolean
  /** Whether it is shown only to those it is for; to anyone else there is no such poll. */
  readonly isPrivate: boolean
  readonly state: PollState
  readonly opensAt: string | null
  readonly closesAt: string | null
  readonly createdAt: string
  /** Rises with every edit that a screen must show. */
  readonly edition: number
  /** Rises when a poll is reset; a vote for an earlier epoch is refused. */
  readonly epoch: number
  /** Null for a viewer who may not see them. */
  readonly results: Results | null
  /**
   * Where the channel is, when it is not on the same origin as the API: `wss://votes.example.org/live-poll/channel`, or
   * `:3001/live-poll/channel` for another port of the API's own host, with or without TLS as the API is.
   */
  readonly channelUrl: string | null
}

/** What a voter has in the box of one poll. */
export interface Vote {
  readonly voteId: string
  /** Choice ids, ascending; null when the vote was retracted (the revision stays). */
  readonly choices: readonly number[] | null
  /** 1 for a voter's first vote, one more for each change or retraction. */
  readonly revision: number
}

/** The answer to a committed vote. */
export interface VoteReceipt {
  readonly voteId: string
  readonly revision: number
  readonly epoch: number
  /** Present when this vote id had been accepted before: the same vote, counted once. */
  readonly duplicate?: true
}

/** The body of `PUT /polls/:id/vote`. */
export interface VoteInput {
  /** Chosen by the caller (a UUID, say), the same for every repeat of one vote. */
  readonly voteId: string
  readonly choices: readonly number[]
  /** The revision this vote replaces: 0 for the first. Without it the last writer wins. */
  readonly revision?: number
  /** The epoch the voter saw. */
  readonly epoch?: number
}

/** The body of `POST /polls`. Only `question` and `choices` are required. */
export interface PollInput {
  readonly question: string
  /** Of the question. @default null: none */
  readonly image?: ImageInput | null
  readonly choices: readonly (string | ChoiceInput)[]
  /** @default { kind: 'choose', min: 1, max: 1 } */
  readonly ballot?: { readonly kind?: 'choose'; readonly min?: number; readonly max?: number }
  /** @default 'always' */
  readonly showResults?: ShowResults
  /** Hides results, besides what `showResults` says, until this many have voted. @default null: from the first vote */
  readonly minVoters?: number | null
  /** Whether a voter may change or retract a vote. @default true */
  readonly canChange?: boolean
  /** One rule, or several of which a voter must meet each. @default 'anyone' */
  readonly voters?: VoterRule | readonly VoterRule[]
  /** Whether a device must solve a captcha to vote; the server must have one. @default false */
  readonly needsCaptcha?: boolean
  /** Shows the poll only to holders of its invitations, and to whom the host lets see it. @default false */
  readonly isPrivate?: boolean
  /** @default null: open at once */
  readonly opensAt?: string | null
  /** @default null: open until closed by hand */
  readonly closesAt?: string | null
  /**
   * How many boxes the votes go to: each is counted under a lock of its own, so a poll with thousands of votes a second
   * on a server with several connections gains by more. 1 to 64; can be raised at any time, never lowered. @default 1
   */
  readonly boxes?: number
}

/** The body of `PATCH /polls/:id`: what is left out stays. */
export interface PollEdit extends Partial<Omit<PollInput, 'choices'>> {
  /**
   * All choices in their new order. Those with an `id`, or with the label of one that is there, are that choice; the others
   * are added; one that is missing is removed. One whose picture is left out keeps it; null takes it away.
   */
  readonly choices?: readonly (string | (ChoiceInput & { readonly id?: number }))[]
}

/** Some of the polls, newest first. */
export interface PollPage {
  readonly polls: readonly Poll[]
  /** Pass as `cursor` for the next page; null on the last. */
  readonly next: string | null
}

/** The body of `POST /voters` for the caller: what they show besides their token or their session with the host. */
export interface AdmissionInput {
  /** An invitation's code. */
  readonly invitation?: string
  /** The answer of a captcha, as the page's captcha gives it. */
  readonly captcha?: string
  /** Admits nobody new: without token, session or invitation the answer is `UNAUTHENTICATED`. @default false */
  readonly isKnown?: boolean
}

/** The answer of `POST /voters` for the caller. */
export interface VoterAdmission {
  readonly voterId: string
  /** `user`: signed in with the host, or named by it. `invitation`: whoever holds the code. */
  readonly kind: 'user' | 'device' | 'invitation'
  /**
   * Whether the voter is who is signed in with the host at this moment. Keep such a token in memory only, and ask again
   * when the page loads: another may have signed in since.
   */
  readonly isSession: boolean
  /** `lpv_...`: proves the same voter again until `expiresAt`. */
  readonly token: string
  readonly expiresAt: string
  /** `lpt_...`: admits one `hello` on the channel. */
  readonly ticket: string
  readonly ticketExpiresAt: string
}

/** An invitation, as its organizer gets it: once. Only its hash is kept. */
export interface Invitation {
  /** Names it without telling it. */
  readonly id: string
  readonly code: string
}

/** How a poll's invitations stand. */
export interface InvitationCounts {
  readonly created: number
  readonly used: number
  readonly revoked: number
}

/** Which votes to take out: all that fit each of the fields given. At least one is. */
export interface VoidFilter {
  /** As `live-poll export` and `exportVotes` give them. At most 1,000. */
  readonly voterKeys?: readonly string[]
  /** Ballots with any of these choices. */
  readonly choices?: readonly number[]
  /** Accepted at this moment or later, by the database's clock. */
  readonly acceptedFrom?: string
  /** Accepted before this moment. */
  readonly acceptedBefore?: string
}

/** The body of `POST /polls/:id/void`. */
export interface VoidInput {
  readonly filter: VoidFilter
  /** For the audit: 1 to 500 characters. */
  readonly reason: string
  /** Only counts what fits. @default false */
  readonly isDryRun?: boolean
}

/** How many votes were taken out, or would be. */
export interface VoidOutcome {
  /** Ballots taken out now; on a dry run, that would be. */
  readonly voided: number
}

/** What was done to votes that were cast. */
export interface AuditEntry {
  readonly id: string
  readonly at: string
  /** `void`: an organizer took votes out. `erase`: a voter was forgotten after the close; the count stayed. */
  readonly action: 'void' | 'erase'
  /** The organizer, as the host names them; null: the host's own code or the admin key. */
  readonly actor: string | null
  readonly reason: string
  /** How many votes it concerned. */
  readonly votes: number
  readonly filter: VoidFilter | null
}

/** One of the voters an organizer named with `{"voters": [...]}`. */
export interface NamedVoter {
  readonly id: string
  readonly token: string
  readonly ticket: string
}

import type { Choice, ChooseBallot, Results, ShowResults, VoterRule } from '@live-poll/client-sdk/protocol'
import type { Ballot } from './ballot.ts'
import type { PollFacts } from './poll.ts'

/** A poll as its events show it: what an organizer may set, and who that is. */
export interface PollInEvent {
  readonly question: string
  readonly choices: readonly Pick<Choice, 'id' | 'label'>[]
  readonly ballot: ChooseBallot
  readonly showResults: ShowResults
  readonly minVoters: number | null
  readonly canChange: boolean
  readonly voters: readonly VoterRule[]
  readonly isPrivate: boolean
  /** ISO 8601. At these times it opens and closes by itself: of the opening there is no event of its own. */
  readonly opensAt: string | null
  readonly closesAt: string | null
  /** The organizer who made it, as the host names them. */
  readonly owner: string | null
}

/** What has happened, as it is kept until it is delivered. */
export type Happening =
  | { readonly type: 'poll.created' | 'poll.edited'; readonly poll: PollInEvent }
  | { readonly type: 'poll.opened' }
  | { readonly type: 'poll.closed'; readonly closedAt: string }
  /** All votes of the epochs before are gone. */
  | { readonly type: 'poll.reset' }
  | { readonly type: 'poll.deleted' }
  | {
      readonly type: 'vote.accepted'
      /** Stands for the voter in this poll, and in no other: nothing else tells who voted. */
      readonly voterKey: string
      readonly revision: number
      /** Choice ids; null: it was taken back. */
      readonly choices: Ballot | null
      /** What it replaces, that counts no more; null: nothing. */
      readonly before: Ballot | null
    }
  /** An organizer took it out. The poll's audit has the reason, under this id. */
  | { readonly type: 'vote.voided'; readonly voterKey: string; readonly before: Ballot; readonly auditId: string }
  /** The voter was forgotten. */
  | { readonly type: 'vote.erased'; readonly voterKey: string; readonly before: Ballot }
  /** With the closing; whoever is voided afterwards changes it. */
  | { readonly type: 'results.final'; readonly results: Results }

/** Where an event stands: within a poll and box, later ones have a larger (epoch, seq, index). */
export interface EventPlace {
  readonly pollId: string
  /** The box of a vote; 0 for what concerns the poll. */
  readonly box: number
  readonly epoch: number
  /** Rises with each commit that changes the box; some numbers have no events. */
  readonly seq: number
  /** Among the events of that commit. */
  readonly index: number
}

/** An event as host's code, Kafka and webhooks get it. */
export type PollEvent = Happening &
  EventPlace & {
    /** Of this form. Fields may be added to it: ignore what you do not know. */
    readonly version: 1
    /** The same each time that it is delivered: `<pollId>:<epoch>:<box>:<seq>:<index>`. */
    readonly id: string
    /** When it was written, ISO 8601, by the database's clock. */
    readonly at: string
  }

export function toPollInEvent(
  poll: Omit<PollInEvent, 'opensAt' | 'closesAt'> & Pick<PollFacts, 'opensAt' | 'closesAt'>,
): PollInEvent {
  return {
    question: poll.question,
    choices: poll.choices.map(({ id, label }) => ({ id, label })),
    ballot: poll.ballot,
    showResults: poll.showResults,
    minVoters: poll.minVoters,
    canChange: poll.canChange,
    voters: poll.voters,
    isPrivate: poll.isPrivate,
    opensAt: poll.opensAt?.toISOString() ?? null,
    closesAt: poll.closesAt?.toISOString() ?? null,
    owner: poll.owner,
  }
}

/** The text of `vote.accepted`, as `JSON.stringify` makes it of anything that has no need to be escaped. */
export function voteAcceptedText(
  voterKey: string,
  revision: number,
  choices: Ballot | null,
  before: Ballot | null,
): string {
  const ballot = (choices: Ballot | null) => (choices === null ? 'null' : `[${choices}]`)
  return `{"type":"vote.accepted","voterKey":"${voterKey}","revision":${revision},"choices":${ballot(choices)},"before":${ballot(before)}}`
}

/** The texts of several happenings, or events, in one: no JSON has this character. */
const separator = '\x1e'

export function joinHappenings(texts: readonly string[]): string {
  return texts.join(separator)
}

export function splitHappenings(text: string): readonly string[] {
  return text.split(separator)
}

/** What one commit has changed of one box. */
export interface Happenings extends Omit<EventPlace, 'index'> {
  readonly at: Date
  /** Each the JSON of a `Happening`. */
  readonly happenings: readonly string[]
}

/** An event that nobody has parsed: for who passes it on. */
export interface EventText extends Pick<PollEvent, 'id' | 'type' | 'pollId' | 'box' | 'at'> {
  /** The JSON of the `PollEvent`. */
  readonly json: string
}

export function toEventTexts({ happenings, pollId, box, epoch, seq, ...row }: Happenings): readonly EventText[] {
  const at = row.at.toISOString()
  const name = `${pollId}:${epoch}:${box}:${seq}:`
  // Behind what has happened: of two fields of one name the last one counts.
  const end = `,"version":1,"at":"${at}","pollId":${JSON.stringify(pollId)},"epoch":${epoch},"box":${box},"seq":${seq},"index":`
  return happenings.map((text, index) => {
    const id = name + index
    return {
      id,
      type: typeOf(text),
      pollId,
      box,
      at,
      json: `${text.slice(0, -1)}${end}${index},"id":${JSON.stringify(id)}}`,
    }
  })
}

export function toPollEvents(row: Happenings): readonly PollEvent[] {
  return toEventTexts(row).map(({ json }) => JSON.parse(json) as PollEvent)
}

const start = '{"type":"'

/** Every happening begins with it. */
function typeOf(text: string): PollEvent['type'] {
  return text.slice(start.length, text.indexOf('"', start.length)) as PollEvent['type']
}

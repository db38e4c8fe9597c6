import { type Generated, type RawBuilder, sql } from 'kysely'

/** The tables, as Kysely sees them. Migrations are the truth; this file follows them. */
export interface Tables {
  live_poll_polls: PollsTable
  live_poll_choices: ChoicesTable
  live_poll_boxes: BoxesTable
  live_poll_votes: VotesTable
  live_poll_tallies: TalliesTable
  live_poll_invitations: InvitationsTable
  live_poll_invitation_uses: InvitationUsesTable
  live_poll_audit: AuditTable
  live_poll_images: ImagesTable
  live_poll_outbox: OutboxTable
  live_poll_outbox_dead: DeadOutboxTable
  live_poll_outbox_lanes: OutboxLanesTable
  live_poll_requests: RequestsTable
  live_poll_settings: SettingsTable
  live_poll_migrations: MigrationsTable
}

/** A table in raw SQL, wherever the host has put it. A name that is written out is not found under another prefix. */
export function table(name: keyof Tables): RawBuilder<unknown> {
  return sql.table(name)
}

interface PollsTable {
  id: string
  question: string
  /** JSON of a `ChooseBallot`. */
  ballot: string
  show_results: string
  min_voters: Generated<number | null>
  revealed_epoch: Generated<number | null>
  can_change: boolean
  /** Rules with commas between; null, as written by a version that knew none: anyone. */
  voters: Generated<string | null>
  needs_captcha: Generated<boolean>
  is_private: Generated<boolean>
  /** A picture of the question; null, there is none. */
  image_id: Generated<string | null>
  image_alt: Generated<string | null>
  opens_at: Date | null
  closes_at: Date | null
  closed_at: Date | null
  boxes: number
  plan: number
  edition: number
  epoch: number
  last_choice_id: Generated<number>
  salt: string
  owner: string | null
  created_at: Date
}

interface ChoicesTable {
  poll_id: string
  id: number
  label: string
  position: number
  image_id: Generated<string | null>
  image_alt: Generated<string | null>
}

interface BoxesTable {
  poll_id: string
  box: number
  version: number
}

interface VotesTable {
  poll_id: string
  voter_key: string
  /** JSON array of choice ids; null after a retraction, and when it is voided. */
  choices: string | null
  revision: number
  vote_id: string
  accepted_at: Date
  /** The audit's entry that says why; null: it counts. */
  void_id: Generated<string | null>
  /** What it held before. */
  voided_choices: Generated<string | null>
}

interface TalliesTable {
  poll_id: string
  box: number
  bucket: string
  votes: number
}

interface InvitationsTable {
  /** Of its code, which nothing else tells. */
  id: string
  poll_id: string
  created_at: Date
  revoked_at: Date | null
}

/** Written in the transaction of the vote that used it up. */
interface InvitationUsesTable {
  id: string
  poll_id: string
  voter_key: string
}

interface AuditTable {
  id: string
  poll_id: string
  at: Date
  action: string
  actor: string | null
  reason: string
  votes: number
  /** JSON of a `VoidFilter`. */
  filter: string | null
}

interface ImagesTable {
  id: string
  owner: string | null
  state: 'pending' | 'ready' | 'deleting'
  /** Part of the keys under which its bytes are kept. */
  attempt: string
  width: number
  height: number
  placeholder: string
  bytes: number
  created_at: Date
  /** When an upload or a poll last began to use it, or a poll ceased to; or when its removal last began. */
  last_used_at: Date
}

interface OutboxTable {
  sink: string
  poll_id: string
  box: number
  epoch: number
  /** The box's version that came with it. */
  seq: number
  at: Date
  /** As `joinHappenings` makes it. */
  events: string
}

interface DeadOutboxTable extends OutboxTable {
  died_at: Date
  reason: string
}

/** What is known of a box whose events are being delivered, or could not be. */
interface OutboxLanesTable {
  sink: string
  poll_id: string
  box: number
  claimed_by: string | null
  claimed_until: Date | null
  failures: number
  retry_at: Date | null
}

interface RequestsTable {
  idempotency_key: string
  body_hash: string
  poll_id: string
  expires_at: Date
}

interface SettingsTable {
  name: string
  value: string
}

interface MigrationsTable {
  name: string
  /** When the step was taken, in words. */
  timestamp: string
}

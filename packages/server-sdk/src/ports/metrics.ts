import { type ErrorCode, errors } from '@live-poll/client-sdk/protocol'

/** One that only rises; its name ends as Prometheus has it, by `_total`. */
interface CounterKind {
  readonly help: string
  /** Where it is counted apart by something: by what, and every value that it may have. */
  readonly by?: { readonly label: string; readonly values: readonly string[] }
}

interface HistogramKind {
  readonly help: string
  /** Upper bounds of its buckets, rising; the last one, infinity, goes without saying. */
  readonly bounds: readonly number[]
}

/** What may be turned away: what a `Load` is asked about. */
const shed = ['connection', 'stream', 'watch', 'vote'] as const
export type ShedKind = (typeof shed)[number]

export const counters = {
  live_poll_votes_accepted_total: { help: 'Votes committed: first ones, changes and retractions.' },
  live_poll_votes_duplicate_total: { help: 'Votes that were in the box already, and were answered again.' },
  live_poll_votes_refused_total: {
    help: 'Votes refused, by the code that their voters were told.',
    by: { label: 'code', values: Object.keys(errors) as ErrorCode[] },
  },
  live_poll_votes_unknown_total: {
    help: 'Votes of which nobody knows whether they are in the box: they are asked again.',
  },
  live_poll_unknown_commits_total: { help: 'COMMITs whose answer was lost: the boxes were searched for their votes.' },
  live_poll_shed_total: {
    help: 'What was turned away because too many came at once or the event loop lagged, by what it was.',
    by: { label: 'kind', values: shed },
  },
  live_poll_slow_closed_total: { help: 'Connections closed with 4410, since they read too slowly.' },
  live_poll_recounts_total: { help: 'Polls whose votes were counted again.' },
  live_poll_recounts_repaired_total: { help: 'Of these, polls whose tallies were wrong and have been repaired.' },
  live_poll_restored_polls_total: {
    help: 'Polls that the database had fallen behind what was shown of them: restored, it seems.',
  },
  live_poll_voided_votes_total: { help: 'Votes that an organizer has taken out.' },
  live_poll_new_devices_total: { help: 'Anonymous voters admitted.' },
  live_poll_new_devices_refused_total: { help: 'Of these, refused, since their network makes too many.' },
  live_poll_images_stored_total: { help: 'Pictures uploaded and stored; one that was there already does not count.' },
  live_poll_images_refused_total: {
    help: 'Uploads refused, by the code that was answered.',
    by: { label: 'code', values: Object.keys(errors) as ErrorCode[] },
  },
  live_poll_events_delivered_total: { help: 'Events that a sink has taken.' },
  live_poll_deliveries_failed_total: { help: 'Deliveries that a sink did not take; they are tried again.' },
  live_poll_dead_letters_total: { help: 'Events that were given up and put aside: list and replay them.' },
  live_poll_image_bytes_total: { help: 'Bytes of pictures handed out.' },
  live_poll_images_swept_total: { help: 'Pictures removed by sweeps: never finished, or used by no poll.' },
} as const satisfies Record<`live_poll_${string}_total`, CounterKind>

export const gauges = {
  live_poll_queued_votes: 'Votes taken and not yet answered: they wait for the database, or are there.',
  live_poll_batches_in_flight: 'Transactions of votes that the database is at.',
  live_poll_connections: 'Connections of the channel, and streams of Server-Sent Events.',
  live_poll_event_streams: 'Of these, streams of Server-Sent Events.',
  live_poll_watched_polls: 'Polls that somebody watches on this node.',
  live_poll_watchers: 'Connections that watch them; one that watches two polls counts twice.',
  live_poll_outbox_lag_seconds:
    'Age of the oldest event that a sink has not taken, as of the last look at all of them.',
  live_poll_shedding:
    'What is turned away since the event loop lags: 0 nothing, 1 new connections, 2 watching too, 3 votes too.',
} as const satisfies Record<`live_poll_${string}`, string>

/** Seconds: of what a voter or a viewer waits for. */
const waits = [0.0005, 0.001, 0.002, 0.004, 0.008, 0.015, 0.03, 0.06, 0.125, 0.25, 0.5, 1, 2.5, 5, 10]

export const histograms = {
  live_poll_ack_seconds: { help: 'From a vote read from the channel to its acknowledgement sent.', bounds: waits },
  live_poll_queue_wait_seconds: { help: 'From a vote prepared to the beginning of its batch.', bounds: waits },
  live_poll_snapshot_lag_seconds: {
    help: 'Of polls that somebody watches: from the first change that nobody has been told of to the publication of the results with it.',
    bounds: waits,
  },
  live_poll_event_loop_lag_seconds: {
    help: 'The longest that work had to wait for the process, in each quarter of a second.',
    bounds: waits,
  },
  live_poll_batch_seconds: { help: 'From the beginning of a batch to its commit.', bounds: waits },
  live_poll_batch_votes: { help: 'Votes in a batch.', bounds: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] },
} as const satisfies Record<`live_poll_${string}`, HistogramKind>

export type CounterName = keyof typeof counters
/** A counter that counts apart by a label. */
export type LabelledCounterName = {
  [N in CounterName]: (typeof counters)[N] extends { readonly by: unknown } ? N : never
}[CounterName]
export type LabelValue<N extends LabelledCounterName> = (typeof counters)[N]['by']['values'][number]
export type PlainCounterName = Exclude<CounterName, LabelledCounterName>
export type GaugeName = keyof typeof gauges
export type HistogramName = keyof typeof histograms

/** Measures what happens on this node, since its start. Recording costs some 20 ns, and leaves nothing to collect. */
export interface Metrics {
  count(name: PlainCounterName, by?: number): void
  countBy<N extends LabelledCounterName>(name: N, value: LabelValue<N>): void
  record(name: HistogramName, value: number): void
  /** Has a gauge read whenever somebody asks; until then it is 0. */
  gauge(name: GaugeName, read: () => number): void
  /** In the text format of Prometheus, 0.0.4. https://prometheus.io/docs/instrumenting/exposition_formats/ */
  text(): string
}

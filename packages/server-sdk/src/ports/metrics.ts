/** What is counted, and what for. Names end as Prometheus has it: `_total` for what only rises. */
export const counters = {
  live_poll_recounts_total: 'Polls whose votes were counted again.',
  live_poll_recounts_repaired_total: 'Of these, polls whose tallies were wrong and have been repaired.',
  live_poll_restored_polls_total:
    'Polls that the database had fallen behind what was shown of them: restored, it seems.',
  live_poll_voided_votes_total: 'Votes that an organizer has taken out.',
  live_poll_new_devices_total: 'Anonymous voters admitted.',
  live_poll_new_devices_refused_total: 'Of these, refused, since their network makes too many.',
} as const

export type CounterName = keyof typeof counters

/** Counts what happens on this node, since its start. */
export interface Metrics {
  count(name: CounterName, by?: number): void
  /** In the text format of Prometheus. https://prometheus.io/docs/instrumenting/exposition_formats/ */
  text(): string
}

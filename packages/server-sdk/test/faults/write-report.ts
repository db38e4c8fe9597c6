import { faultKinds } from './fault-plan.ts'
import type { FaultReport } from './run-faults.ts'

const n = (count: number) => count.toLocaleString('en-US')

/** What was run and what was found, as Markdown. */
export function describeRun(report: FaultReport): string {
  const { counts, findings, happened } = report
  const kinds = faultKinds.filter((kind) => [...happened.values()].some((each) => each.has(kind)))
  const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
  const [afterVotes, afterClose] = findings.equalAfter
  return [
    `\n## Three nodes on ${report.database}${report.hasRedis ? ' and Redis' : ', without Redis'}\n`,
    `Seed ${report.seed}, ${Math.round(report.seconds)} s. ${n(report.acknowledged)} votes acknowledged: ` +
      `${n(counts.changes)} changes and ${n(counts.retractions)} retractions among them; ` +
      `${n(counts.repeats)} were sent again after their answer, ${n(counts.sentElsewhere)} to a second node before it, ` +
      `${n(counts.unknown)} because their outcome was unknown.\n`,
    `${report.killsAndCuts} kills and cuts; ${report.replaced} nodes killed and started again.\n`,
    row(['failpoint', ...kinds]),
    row(['---', ...kinds.map(() => '---:')]),
    ...[...happened].map(([point, each]) => row([`\`${point}\``, ...kinds.map((kind) => each.get(kind) ?? 0)])),
    '',
    row(['found', '']),
    row(['---', '---:']),
    row(['acknowledged and lost, counted twice, or tallied otherwise than a recount', findings.miscounts.length]),
    row(['answers that no promise allows', findings.wrong.length]),
    row(['nodes that show something else than the database holds', findings.differences.length]),
    row(['closed results that changed', findings.notFrozen.length]),
    row(['nodes that ended by themselves', findings.exits.length]),
    '',
    `All nodes were equal ${afterVotes} ms after the last vote, and ${afterClose} ms after the close.\n`,
  ].join('\n')
}

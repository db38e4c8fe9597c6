import type { Metrics } from '../ports/metrics.ts'
import type { Access } from './access.ts'
import type { Route } from './route.ts'

export interface MetricsRouteParts {
  readonly access: Access
  readonly metrics: Pick<Metrics, 'text'>
}

/** What this node has counted, for Prometheus. */
export function createMetricsRoutes({ access, metrics }: MetricsRouteParts): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/metrics',
      actions: ['readMetrics'],
      async handle(request) {
        await access.requireOrganizer(request, 'readMetrics')
        const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' }
        return { status: 200, headers, body: metrics.text() }
      },
    },
  ]
}

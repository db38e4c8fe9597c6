import { conditionalJson, json } from './respond.ts'
import type { Route } from './route.ts'
import type { WidgetFile } from './widget-file.ts'

export interface Readiness {
  /** What stands in the way of serving votes; empty when ready. */
  readonly problems: readonly string[]
  /** `reduced`: a crash of the database may lose votes that were acknowledged, by its settings. */
  readonly durability?: 'full' | 'reduced'
  /** What does not work though votes are served, as in `redis`. @default [] */
  readonly degraded?: readonly string[]
}

/**
 * Routes that answer before the database is open; but for the document, which says what all of them are.
 * @param checkReady looks whether votes can be served
 * @param readDocument says what the routes offer, as OpenAPI, these among them
 */
export function createStaticRoutes(
  widgetFile: WidgetFile,
  checkReady: () => Promise<Readiness>,
  readDocument: (staticRoutes: readonly Route[]) => Promise<object>,
): readonly Route[] {
  const routes: readonly Route[] = [
    {
      method: 'GET',
      path: '/widget.js',
      actions: ['none'],
      handle: (request) => widgetFile.script(request),
    },
    {
      method: 'GET',
      path: '/widget/:hash/:file',
      actions: ['none'],
      handle: (request, { hash = '', file = '' }) => widgetFile.chunk(request, hash, file),
    },
    {
      method: 'GET',
      path: '/health/live',
      actions: ['none'],
      handle: async () => json(200, { status: 'ok' }),
    },
    {
      method: 'GET',
      path: '/health/ready',
      actions: ['none'],
      async handle() {
        const { problems, durability, degraded = [] } = await checkReady()
        if (problems.length > 0) return json(503, { status: 'unavailable', problems })
        return json(200, { status: 'ready', degraded, durability })
      },
    },
    {
      method: 'GET',
      path: '/openapi.json',
      actions: ['none'],
      handle: async (request) => conditionalJson(request, await readDocument(routes)),
    },
  ]
  return routes
}

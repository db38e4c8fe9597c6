import { createRoutes, type RouteParts } from '../src/http/routes.ts'
import { createStaticRoutes } from '../src/http/static-routes.ts'

/** Every route that there can be: what they are made of is left out, for none of them is to be called. */
export const routeTable = [...createRoutes({ accounts: {} } as RouteParts), ...staticRoutes()]

/** Those of a server without accounts. */
export const routeTableWithoutAccounts = [...createRoutes({} as RouteParts), ...staticRoutes()]

function staticRoutes() {
  return createStaticRoutes(
    {} as Parameters<typeof createStaticRoutes>[0],
    async () => ({ problems: [] }),
    async () => ({}),
  )
}

import type { Json } from './name-schemas.ts'
import type { Caller } from './operation.ts'

export const securitySchemes: Readonly<Record<string, Json>> = {
  adminKey: { type: 'http', scheme: 'bearer', description: '`lpa_...`, the option `adminKey`: may do everything.' },
  hostCredential: {
    type: 'http',
    scheme: 'bearer',
    description: "A credential of the host's own, which its `identify` knows.",
  },
  hostCookie: {
    type: 'apiKey',
    in: 'cookie',
    name: 'session',
    description:
      "The host's session, or that of an account; its name is the host's choice. It counts beside `clientHeader`.",
  },
  clientHeader: {
    type: 'apiKey',
    in: 'header',
    name: 'live-poll-client',
    description: 'Always `1`: no page of another site can send it unasked.',
  },
  voterToken: { type: 'http', scheme: 'bearer', description: '`lpv_...`, of `POST /voters`.' },
}

const byCookie: Json = { hostCookie: [], clientHeader: [] }
const byHost: readonly Json[] = [{ adminKey: [] }, { hostCredential: [] }, byCookie]

/** Each entry alone will do; the empty one stands for nothing at all. */
export const securityOf: Readonly<Record<Caller, Json>> = {
  organizer: byHost,
  voter: [{ voterToken: [] }],
  viewer: [{}, { voterToken: [] }, ...byHost],
  account: [{ clientHeader: [] }, byCookie],
  anyone: [{}],
}

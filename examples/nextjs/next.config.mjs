import { join } from 'node:path'

/**
 * In this repository packages are links to where they are built, and Next.js knows what is external by its path in
 * node_modules. An app of your own leaves this out.
 */
const forLinks = {
  outputFileTracingRoot: join(import.meta.dirname, '../..'),
  webpack(config, { isServer }) {
    const isOurs = (request) => /^@live-poll\/server-sdk(\/|$)/.test(request ?? '')
    if (isServer) {
      config.externals.unshift(({ request }, done) => (isOurs(request) ? done(null, `module ${request}`) : done()))
    }
    return config
  },
}
const isLinked = !import.meta.resolve('@live-poll/server-sdk').includes('/node_modules/')

/** @type {import('next').NextConfig} */
export default {
  // It loads parts of itself, and the embedded database, when it needs them.
  serverExternalPackages: ['@live-poll/server-sdk'],
  ...(isLinked && forLinks),
}

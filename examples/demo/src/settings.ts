import { type Env, type Environment, readEnv } from '@live-poll/server-sdk/from-env'

/** What the environment says about this demo. */
export interface Settings extends Env {
  /** Of the channel on uWebSockets.js. */
  readonly channelPort: number
  /** A port that was asked for by name must be the one that is used. */
  readonly isChannelPortFixed: boolean
}

/** An argument that is not known. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError'
}

/** Whether tables are made before the start: `npm start -- --migrate`. @throws ArgumentError */
export function readArguments(args: readonly string[]): { readonly isMigrating: boolean } {
  const unknown = args.find((arg) => arg !== '--migrate')
  if (unknown !== undefined) throw new ArgumentError(`"${unknown}" is not known; there is --migrate.`)
  return { isMigrating: args.length > 0 }
}

const maxPort = 65_535

/** Reads the variables of `npm start`: those of Live Poll, with the channel beside `PORT`. @throws EnvError */
export function readSettings(environment: Environment): Settings {
  const env = readEnv(environment)
  const { port, channelPort } = env
  const beside = port === 0 || port === maxPort ? 0 : port + 1
  return { ...env, channelPort: channelPort ?? beside, isChannelPortFixed: channelPort !== undefined }
}

import { register } from './define.ts'
import { PollElement } from './poll-element.ts'
import { serverOf } from './server-address.ts'

PollElement.defaultServer = serverOf(import.meta.url)
register()

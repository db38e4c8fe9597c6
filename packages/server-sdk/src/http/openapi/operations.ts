import type { Operation } from './operation.ts'
import { otherOperations } from './other-operations.ts'
import { pollOperations } from './poll-operations.ts'

/** By route, as in `GET /polls/:id`: one for each in the table of routes. */
export const operations: Readonly<Record<string, Operation>> = { ...pollOperations, ...otherOperations }
